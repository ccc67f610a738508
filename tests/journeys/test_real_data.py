"""The whole flow on real sets, by commands, and the figures of docs/real-data.md repeated.

(a) The contest's 350 invoice firms on the day of the last invoice: profiles, a model trained on the
100 with an outcome and refused for it, scores of the 250 without, products, matches, applications.
(b) Firms of Beijing's open lists: profiles, matches, and no grade where there are no invoices.
"""

import csv
import gzip
import json
import shlex
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from tests.journeys.towns import PASSWORD, Town, a_town
from xinyidai.accounts import service as accounts
from xinyidai.accounts.service import SignUp
from xinyidai.accounts.values import Position
from xinyidai.applications import service as applying
from xinyidai.applications.rules import Wanted
from xinyidai.applications.service import Draft
from xinyidai.applications.values import ApplicationState
from xinyidai.consents import service as consents
from xinyidai.consents.values import ConsentDraft
from xinyidai.credit_records.collecting import load_mapping
from xinyidai.enterprises.models import Enterprise, PendingName
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor, Role
from xinyidai.kernel.db import db as database
from xinyidai.kernel.settings import package_path
from xinyidai.kernel.uscc import invented_for
from xinyidai.matching import service as matching
from xinyidai.matching.values import Wish
from xinyidai.products.values import Outcome
from xinyidai.profiles.models import ProfileSnapshot
from xinyidai.scoring.artefacts import shipped_folder
from xinyidai.scoring.models import ScoreResult
from xinyidai.seeds.models import ACTIVE, CODE

pytestmark = pytest.mark.real_data

CHECKOUT = Path(__file__).parents[2]
LAST_INVOICE, LAST_LIST = "2020-02-21", "2025-12-31"
SPEC = shlex.quote(str(package_path("models") / "specs" / "cumcm-invoices.yaml"))
MODEL, SHIPPED = ("cumcm-invoices", "1"), (CODE, ACTIVE)
MAPPINGS = CHECKOUT / "xinyidai" / "credit_records" / "mappings"
# One file of each of three sets, with and without rejects, and one with names that wait.
FILES = ("beijing_tax_penalty", "invoices_firms_with", "jinan_judgements")
APPLICANTS, MOST_FEN = 20, 50_000_000


def activation() -> dict[str, str]:
    """Put the shipped demonstration model in force, step by step and by two persons."""
    name = " ".join(SHIPPED)
    return {
        "register": f"model register {quoted(shipped_folder(*SHIPPED))} --as keeper",
        "validate": f"model validate {name} --as keeper",
        "approve": f"model approve {name} --as office --note 用于检验流程",
        "activate": f"model activate {name} --as keeper",
    }


def collecting(name: str, folder: Path, day: str) -> str:
    return f"collect-set {name} --folder {quoted(folder)} --as-of {day} --json"


def one_file(name: str, folder: Path) -> str:
    """Collect one file by its mapping."""
    path = MAPPINGS / f"{name}.yaml"
    mapping = load_mapping(path)
    options = f"--kind {mapping.kind} --mapping {quoted(path)} --as-of {LAST_LIST} --json"
    return f"collect {quoted(folder / (mapping.file or ''))} {options}"


def listing(folder: Path) -> str:
    path = quoted(folder / "cn_loan_products" / "products_share.csv.gz")
    people = "--drafted-by keeper --listed-by office"
    return f"products import {path} {people} --institution-from-file"


def quoted(path: Path) -> str:
    return shlex.quote(str(path))


@pytest.fixture(scope="module")
def new_town(app, pg, settings) -> Any:
    return lambda folder: a_town(pg, settings, folder)


@pytest.fixture(scope="module")
def told() -> dict[str, int]:
    """The figures of docs/real-data.md: of every table row `| code | number |`."""
    lines = (CHECKOUT / "docs" / "real-data.md").read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {
        row[0].strip("`"): int(row[1].replace(",", ""))
        for row in cells
        if len(row) == 3 and row[1].replace(",", "").isdigit()
    }


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("journey") / "model"


@pytest.fixture(scope="module")
def contest(new_town, real_data, model) -> Iterator[tuple[Town, dict[str, Any]]]:
    """(a): every step by its command; the answers by the step's name."""
    labels = quoted(real_data / "cumcm2020c" / "enterprises_with_credit_record.csv.gz")
    features, table = (quoted(model.parent / name) for name in ("all.parquet", "table.csv.gz"))
    columns = "--id-column 企业代号 --label-column 是否违约 --positive 是 --namespace cumcm2020c"
    steps = {
        "collect": collecting("invoices", real_data, LAST_INVOICE),
        "again": collecting("invoices", real_data, LAST_INVOICE),
        "products": listing(real_data),
        "products_again": listing(real_data),
        "profiles": f"profile build --with-records --as-of {LAST_INVOICE}",
        "export": f"profile export --out {features} --as-of {LAST_INVOICE}"
        " --source-kind monthly_invoicing",
        "table": f"model label-table --features {features} --labels {labels}"
        f" --spec {SPEC} {columns} --out {table}",
        "train": f"model train {MODEL[0]} --table {table} --spec {SPEC} --state candidate"
        f" --out {quoted(model)}",
        "evaluate": f"model evaluate {quoted(model)} --table {table} --check",
        "checked": f"model validate {quoted(model)} --table {table}",
        "refused": f"model register {quoted(model)} --as keeper",
        **activation(),
        "scores": "model score-all",
        "matches": f"match all --as-of {LAST_INVOICE}",
        **{f"{name} {time}": one_file(name, real_data) for time in (1, 2) for name in FILES},
        "unknown": one_file("jinan_enforced", real_data).replace("court_enforcement", "nothing"),
    }
    with new_town(model.parent) as town:
        yield town, dict(zip(steps, town.run(*steps.values()), strict=True))


@pytest.fixture(scope="module")
def capital(new_town, real_data, contest, model) -> Iterator[dict[str, Any]]:
    """(b): the same commands on the open lists, with the model of (a)."""
    steps = {
        "collect": collecting("beijing", real_data, LAST_LIST),
        "products": listing(real_data),
        **activation(),
        "profiles": f"profile build --with-records --as-of {LAST_LIST}",
        "scores": "model score-all",
        "matches": f"match all --as-of {LAST_LIST}",
    }
    with new_town(model.parent / "capital") as town:
        yield dict(zip(steps, town.run(*steps.values()), strict=True))


def total(answer: tuple[int, str], key: str) -> int:
    return sum(file[key] for file in json.loads(answer[1])["files"])


@pytest.fixture(scope="module")
def unlabelled(contest, real_data) -> list[str]:
    """The codes of the 250 firms without a known outcome."""
    path = real_data / "cumcm2020c" / "enterprises_without_credit_record.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [invented_for("cumcm2020c", row["企业代号"]) for row in csv.DictReader(lines)]


@pytest.fixture
def firms(unlabelled) -> list[Enterprise]:
    chosen = select(Enterprise).where(Enterprise.uscc.in_(unlabelled)).order_by(Enterprise.uscc)
    return list(database.session.scalars(chosen))


@pytest.fixture
def on_the_day() -> Iterator[None]:
    noon = datetime.fromisoformat(f"{LAST_INVOICE}T12:00").replace(tzinfo=clock.TZ)
    with clock.at(noon):
        yield


def test_each_invoice_line_is_taken_and_the_second_delivery_changes_nothing(contest, told):
    _, did = contest
    assert (did["collect"][0], did["again"][0]) == (0, 0)
    assert total(did["collect"], "rows") == told["a_rows"]
    assert total(did["collect"], "accepted") == told["a_accepted"]
    assert total(did["collect"], "rejected") == told["a_rejected"]
    assert total(did["again"], "accepted") + total(did["again"], "pending_new") == 0


def test_the_real_product_list_goes_on_sale_once(contest, told):
    _, did = contest
    first, second = (json.loads(did[step][1]) for step in ("products", "products_again"))
    assert did["products"][0] == 3
    assert first["listed"] == second["unchanged"] == told["products_listed"]
    assert len(first["rejected"]) == told["products_rejected"]
    assert first["institutions_admitted"] == told["institutions_admitted"]
    assert second["listed"] + second["revised"] + second["institutions_admitted"] == 0


def test_the_table_for_training_holds_the_outcome_and_never_the_banks_rating(contest, told):
    town, did = contest
    counts = json.loads(did["table"][1])
    assert (counts["rows"], counts["bads"]) == (told["labelled"], told["defaults"])
    with gzip.open(town.folder / "table.csv.gz", "rt", encoding="utf-8") as lines:
        columns = next(csv.reader(lines))
    assert "defaulted" in columns
    assert not {"信誉评级", "企业名称", "企业代号"} & set(columns)


def test_the_model_is_trained_and_reproduced_by_command(contest):
    _, did = contest
    trained, found = json.loads(did["train"][1]), json.loads(did["evaluate"][1])
    assert trained["activatable"]
    assert (did["evaluate"][0], found["reproduced"]) == (0, True)
    assert trained["out_of_fold"]["brier"] < trained["out_of_fold"]["brier_base"]
    assert trained["auc_mean"] > 0.75


def test_a_model_of_a_hundred_firms_proves_too_little_and_is_never_put_in_force(contest):
    _, did = contest
    assert did["checked"][0] == 3
    assert "未通过：校准斜率" in did["checked"][1]
    states = [did[step][1].split()[-1] for step in ("refused", "register", "activate")]
    assert states == ["reference", "candidate", "active"]


def test_invoices_alone_are_too_little_for_the_shipped_model_which_says_what_is_missing(
    contest, firms, told
):
    scores = database.session.scalars(
        select(ScoreResult).where(ScoreResult.enterprise_id.in_([firm.id for firm in firms]))
    ).all()
    assert len(scores) == len(firms) == told["unlabelled"]
    assert Counter(score.grade for score in scores) == {None: told["ungraded"]}
    assert all(score.missing["lacking"] for score in scores)


def test_each_firm_is_matched_with_every_product(contest, firms, on_the_day, told):
    found = Counter()
    for firm in firms:
        owner = Actor(None, Role.ENTERPRISE_USER, firm.id, "测试")
        run = matching.match_own_firm(owner, firm.id, Wish()).run
        found += Counter(eligible=run.eligible_count, insufficient=run.insufficient_count)
        assert run.eligible_count + run.insufficient_count > 0
    database.session.rollback()
    assert found["eligible"] == told["a_pairs_eligible"]
    assert found["insufficient"] == told["a_pairs_insufficient"]


def test_the_batch_counts_every_pair_of_firm_and_product(contest, told):
    _, did = contest
    counts = json.loads(did["matches"][1])
    pairs = [counts[f"pairs_{name}"] for name in ("eligible", "insufficient", "ineligible")]
    assert counts["firms"] == told["a_profiles"]
    assert sum(pairs) == counts["firms"] * told["products_listed"]


def test_firms_sign_up_authorize_one_bank_and_apply(contest, firms, on_the_day, told):
    states = [apply(firm) for firm in firms[:APPLICANTS]]
    database.session.rollback()
    assert Counter(states) == {ApplicationState.SUBMITTED: told["applications"]}


def apply(firm: Enterprise) -> ApplicationState:
    """Sign up, match, authorize the bank of the first product that fits, and submit."""
    owner = sign_up(firm).as_actor()
    matches = matching.match_own_firm(owner, firm.id, Wish()).matches
    best = next(match for match in matches if match.outcome is not Outcome.INELIGIBLE)
    today = clock.today()
    consent = ConsentDraft(
        enterprise_id=firm.id,
        institution_id=best.institution_id,
        purpose="pre_loan",
        item_codes=["registration", "tax"],
        valid_until=today + timedelta(days=90),
        data_from=today - timedelta(days=365),
        data_life_days=90,
        max_uses=3,
    )
    consents.grant_directly(owner, [consent])
    amount = min(best.terms.amount_max_fen or MOST_FEN, MOST_FEN)
    wanted = Wanted(amount, 6, "采购原材料", "测试联系人", "13800000000")
    draft = applying.start_application(owner, Draft(uuid4(), best.product_id, wanted))
    return applying.submit_application(owner, draft.id).state


def sign_up(firm: Enterprise):
    return accounts.sign_up_enterprise(
        SignUp(
            uscc=firm.uscc,
            enterprise_name=firm.name,
            legal_representative="",
            person_name="测试联系人",
            phone="13800000000",
            login=f"u{firm.uscc.lower()}",
            password=PASSWORD,
            position=Position.AGENT,
        )
    )


@pytest.mark.parametrize("name", FILES)
def test_a_file_delivered_twice_changes_nothing_the_second_time(contest, name):
    _, did = contest
    first, second = (json.loads(did[f"{name} {time}"][1]) for time in (1, 2))
    kept = {key: first[key] for key in ("rows", "rejected", "pending_names", "reasons")}
    assert first["accepted"] + first["unchanged"] > 0
    assert {key: second[key] for key in kept} == kept
    assert (second["accepted"], second["superseded"], second["pending_new"]) == (0, 0, 0)
    assert second["unchanged"] == first["accepted"] + first["unchanged"]
    assert did[f"{name} 1"][0] == did[f"{name} 2"][0] == (3 if first["rejected"] else 0)


def test_an_unknown_kind_takes_nothing(contest):
    code, answer = contest[1]["unknown"]
    assert (code, "error" in json.loads(answer)) == (2, True)


def test_open_lists_are_taken_or_rejected_or_wait(capital, told):
    assert capital["collect"][0] == 3
    for key in ("rows", "accepted", "rejected", "pending_names"):
        assert total(capital["collect"], key) == told[f"b_{key}"]
    waiting = select(func.count()).where(PendingName.resolved_at.is_(None))
    assert database.session.scalar(waiting) == told["b_pending_names"]


def test_every_firm_on_a_list_has_a_profile_and_its_matches(capital, told):
    counts = json.loads(capital["matches"][1])
    profiles = select(ProfileSnapshot.enterprise_id).distinct()
    assert len(database.session.scalars(profiles).all()) == told["b_profiles"]
    assert counts["firms"] == told["b_profiles"]
    for outcome in ("eligible", "insufficient", "ineligible"):
        assert counts[f"pairs_{outcome}"] == told[f"b_pairs_{outcome}"]


def test_without_invoices_there_is_no_grade_but_a_reason(capital, told):
    scores = database.session.execute(
        select(ScoreResult.is_insufficient, ScoreResult.grade, ScoreResult.missing)
    ).all()
    assert len(scores) == told["b_profiles"]
    assert {(row.is_insufficient, row.grade) for row in scores} == {(True, None)}
    causes = {entry["cause"] for row in scores for entry in row.missing["lacking"]}
    assert causes == {"no_record"}
    assert all(row.missing["lacking"] for row in scores)


def test_the_shell_gives_json_alone_and_tells_by_its_exit_code(contest, real_data):
    town, _ = contest
    words = [sys.executable, "-m", "xinyidai", *shlex.split(one_file("jinan_enforced", real_data))]
    first, second = (town.shell(words) for _ in range(2))
    assert (first.returncode, second.returncode) == (3, 3)
    taken, again = json.loads(first.stdout), json.loads(second.stdout)
    assert (taken["accepted"], taken["rejected"]) == (104, 1)
    assert (again["accepted"], again["unchanged"], again["pending_new"]) == (0, 104, 0)
    assert "接收 104" in first.stderr
