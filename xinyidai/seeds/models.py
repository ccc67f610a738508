"""The life of the invented city's models, through every state, and profiles and scores by them."""

from xinyidai.credit_evaluations import service as credit_evaluations
from xinyidai.profiles import service as profiles
from xinyidai.scoring import service as scoring
from xinyidai.scoring.artefacts import shipped_folder
from xinyidai.seeds.times import at
from xinyidai.seeds.world import World

CODE, ACTIVE = "demo-city", "2026.5"
# Version, how many of validate, approve, activate were done, and how many days ago it began.
LIVES: tuple[tuple[str, int, float], ...] = (
    ("2025.1", 3, 390),
    ("2026.1", 3, 120),
    (ACTIVE, 3, 60),
    ("2026.4", 2, 30),
    ("2026.3", 1, 20),
    ("2026.2", 0, 10),
)
REFERENCE = ("sba-reference", "1")


def raise_models(world: World) -> None:
    """Register all versions; each activation retires the version before."""
    keeper, office = world.cast.actor("guanliyuan"), world.cast.actor("xinyongban1")
    with at(world.ago(390)):
        scoring.register_model(keeper, shipped_folder(*REFERENCE))
    for version, steps, days in LIVES:
        with at(world.ago(days)):
            scoring.register_model(keeper, shipped_folder(CODE, version))
        deeds = (
            (scoring.validate_model, keeper, 1, "验证报告已逐项核对（演示）"),
            (scoring.approve_model, office, 3, "独立复核指标、校准和限制，同意（演示）"),
            (scoring.activate_model, keeper, 4, "按计划切换（演示）"),
        )
        for deed, actor, later, opinion in deeds[:steps]:
            with at(world.ago(days - later)):
                deed(actor, CODE, version, opinion)


def profile(world: World) -> None:
    """Build the profiles of all firms."""
    profiles.build_all(world.day)


def score(world: World) -> None:
    """Compute how indicators spread among peers, and score every firm by the active model."""
    profiles.refresh_distributions(world.day)
    scoring.score_all()
    credit_evaluations.evaluate_all()
