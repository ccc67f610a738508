"""Register, validate, approve, activate, roll back; load the active model once a process."""

import hashlib
from functools import lru_cache
from pathlib import Path

from sqlalchemy.orm import Session

from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, NotFound, RuleBroken
from xinyidai.kernel.settings import package_path
from xinyidai.scoring import artefacts, model_rules, policies, queries
from xinyidai.scoring.lifecycle import LIFECYCLE, ModelAction
from xinyidai.scoring.models import ModelVersion
from xinyidai.scoring.score import Scorer
from xinyidai.scoring.service import model_messages, model_steps
from xinyidai.scoring.validation import report
from xinyidai.scoring.validation.report import ValidationReport
from xinyidai.scoring.values import ModelState

SHIPPED = "shipped:"
LOADED_MODELS = 4
NO_REPORT = (
    "这个模型还没有针对当前清单的验证报告，请先运行 xinyidai model validate 目录 --table 表。"
)
NOT_PASSED = "验证报告没有通过，这个模型只能作为参考：{}"
NOTHING_BEFORE = "没有可以回滚到的版本：当前版本之前没有启用过别的模型。"


def register_model(actor: Actor, folder: Path, opinion: str = "") -> ModelVersion:
    """Register an artefact folder as a candidate, or as a reference that is never activated.

    What its manifest calls a reference, what names obstacles, and what a validation report on this
    manifest did not pass, is a reference. A folder that comes with the product is stored by name,
    another by its absolute path. The platform signs the entry.

    Raises:
        ArtefactRefused: a file does not hash to what the manifest says.
        ReportRefused: the validation report cannot be read or contradicts itself.
        Conflict: this version is registered already with another content.

    """
    policies.require_registrar(actor)
    artefact = artefacts.load(folder)
    known = queries.find_version(artefact.code, artefact.version)
    if known is not None:
        if known.manifest_hash != artefact.manifest_hash:
            raise Conflict("同一版本号已登记了不同内容的模型，请换一个版本号。")
        return _signed_now(actor, known)
    unmet = _unmet(artefact, report.read(folder))
    model = ModelVersion(
        code=artefact.code,
        version=artefact.version,
        title=artefact.title,
        state=ModelState.REFERENCE if unmet else ModelState.CANDIDATE,
        is_demo=artefact.is_demo,
        folder=_stored(folder),
        manifest_hash=artefact.manifest_hash,
        metrics=dict(artefact.metrics),
        registered_by=actor.account_id,
    )
    db.session.add(model)
    db.session.flush()
    model_steps.seal(model)
    model_steps.note(
        actor, ModelAction.REGISTER, model, None, opinion=opinion, details={"unmet": list(unmet)}
    )
    return model


def _signed_now(actor: Actor, known: ModelVersion) -> ModelVersion:
    """Sign an entry of an earlier edition, which had no signatures; any other stays as it is."""
    if known.signature is None and known.state in {ModelState.CANDIDATE, ModelState.REFERENCE}:
        model_steps.seal(known)
        model_steps.note(actor, ModelAction.REGISTER, known, known.state)
    return known


def _unmet(artefact: artefacts.Artefact, found: ValidationReport | None) -> tuple[str, ...]:
    """Return why a model may only be a reference; empty for a candidate."""
    by_manifest = ("模型清单写明仅供参考",) if artefact.state is ModelState.REFERENCE else ()
    failed = () if found is None or found.passed else (*found.unmet, "验证未通过")
    return (*by_manifest, *artefact.obstacles, *failed)


def _stored(folder: Path) -> str:
    shipped = package_path("models").resolve()
    resolved = folder.resolve()
    if resolved.is_relative_to(shipped):
        return SHIPPED + resolved.relative_to(shipped).as_posix()
    return str(resolved)


def folder_of(model: ModelVersion) -> Path:
    """Return where the artefact lies."""
    if model.folder.startswith(SHIPPED):
        return package_path("models") / model.folder.removeprefix(SHIPPED)
    return Path(model.folder)


def card_of(model: ModelVersion) -> str:
    """Return the model card, verified; where it cannot be, why not, for the page to say."""
    try:
        return artefacts.load(folder_of(model), manifest_hash=model.manifest_hash).card
    except artefacts.ArtefactRefused as refusal:
        return f"模型说明读不出来：{refusal}"


def artefact_of(model: ModelVersion) -> artefacts.Artefact | None:
    """Return the verified artefact, or None where its files are gone or altered."""
    try:
        return artefacts.load(folder_of(model), manifest_hash=model.manifest_hash)
    except artefacts.ArtefactRefused:
        return None


def validate_model(actor: Actor, code: str, version: str, opinion: str = "") -> ModelVersion:
    """Note that the artefact is unchanged and its validation report passed.

    Raises:
        ArtefactRefused: a file or the registered entry was altered.
        RuleBroken: no report on this manifest, or one that did not pass.

    """
    model = model_steps.load(code, version)
    artefact = artefacts.load(folder_of(model), manifest_hash=model.manifest_hash)
    if not artefact.is_activatable:
        raise RuleBroken("这个模型不能用于企业：" + "；".join(artefact.obstacles))
    digest = _passing_report(model)
    details = {"validation_sha256": digest}
    model_steps.take(actor, ModelAction.VALIDATE, model, opinion, **details)
    model.validated_by, model.validated_at = actor.account_id, clock.now()
    model.validation_hash = digest
    model_steps.seal(model)
    model_messages.tell(ModelAction.VALIDATE, model)
    return model


def _passing_report(model: ModelVersion) -> str:
    """Return the digest of the report that passed, or raise `RuleBroken`."""
    folder = folder_of(model)
    found = report.read(folder)
    if found is None:
        raise RuleBroken(NO_REPORT, code="no_validation_report")
    if not found.passed:
        raise RuleBroken(NOT_PASSED.format("；".join(found.unmet)), code="validation_failed")
    return hashlib.sha256((folder / report.REPORT).read_bytes()).hexdigest()


def approve_model(actor: Actor, code: str, version: str, opinion: str = "") -> ModelVersion:
    """Approve by a second person of the credit office; the platform signs who stands for it."""
    model = model_steps.load(code, version)
    model_steps.take(actor, ModelAction.APPROVE, model, opinion)
    model.approved_by, model.approved_at = actor.account_id, clock.now()
    model_steps.seal(model)
    model_messages.tell(ModelAction.APPROVE, model)
    return model


def activate_model(actor: Actor, code: str, version: str, opinion: str = "") -> ModelVersion:
    """Let an approved model score firms from now on; the one before it is retired.

    Raises:
        ArtefactRefused: a file, the report or the registered entry was altered since.
        RuleBroken: not approved, or a feature is not in today's indicator dictionary.

    """
    model_steps.one_switch_at_a_time()
    model = model_steps.load(code, version)
    policies.require(actor, ModelAction.ACTIVATE, model)
    if model.state is ModelState.ACTIVE:
        return model
    LIFECYCLE.next_state(model.state, ModelAction.ACTIVATE)
    _switch(actor, ModelAction.ACTIVATE, model, opinion)
    return model


def roll_back(actor: Actor, opinion: str = "") -> ModelVersion:
    """Bring back the version that was active before the present one, at once.

    Raises:
        ArtefactRefused: a file, the report or the registered entry was altered since.
        Forbidden: the actor keeps no models.
        RuleBroken: no version was active before, or it can no longer score.

    """
    model_steps.one_switch_at_a_time()
    target = rollback_target()
    if target is None:
        policies.require_registrar(actor)
        raise RuleBroken(NOTHING_BEFORE, code="nothing_to_roll_back_to")
    model = model_steps.load(target.code, target.version)
    policies.require(actor, ModelAction.ROLL_BACK, model)
    LIFECYCLE.next_state(model.state, ModelAction.ROLL_BACK)
    _switch(actor, ModelAction.ROLL_BACK, model, opinion)
    return model


def rollback_target() -> ModelVersion | None:
    """Return the version that a rollback would bring back, or None."""
    steps = [(s.model_id, s.action, "replaced_by" in s.details) for s in queries.switches()]
    model_id = model_rules.restored_by_rollback(steps)
    return None if model_id is None else queries.find_model(model_id)


def _switch(actor: Actor, action: ModelAction, model: ModelVersion, opinion: str) -> None:
    """Take the active model out of use and this one in; both in the caller's transaction."""
    _require_fit(model)
    found = queries.find_active()
    details: dict[str, str] = {}
    if found is not None:
        active = model_steps.load(found.code, found.version)
        replaced_by = {"replaced_by": f"{model.code} {model.version}"}
        model_steps.take(actor, ModelAction.RETIRE, active, **replaced_by)
        active.retired_at = clock.now()
        details = {"replaces": f"{active.code} {active.version}"}
        db.session.flush()  # the index allows one active model at any moment
    model_steps.take(actor, action, model, opinion, **details)
    model.activated_by, model.activated_at = actor.account_id, clock.now()
    db.session.flush()
    model_messages.tell(action, model)


def _require_fit(model: ModelVersion) -> None:
    """Raise unless the model may score firms now: approved, unaltered, all features known."""
    model_steps.require_sound(model)
    if model.approved_by is None:
        raise RuleBroken("模型还没有经第二人批准，不能启用。", code="not_approved")
    if _passing_report(model) != model.validation_hash:
        raise artefacts.ArtefactRefused("验证报告在验证之后被改动过，不能启用。")
    artefact = artefacts.load(folder_of(model), manifest_hash=model.manifest_hash)
    known = indicator_dictionary()
    unknown = model_rules.unknown_features(artefact.transform.names, known.indicators)
    if unknown:
        raise RuleBroken(
            f"现行指标字典（{known.version}）里没有这些指标：{'、'.join(unknown)}。请重新训练模型。",
            code="dictionary_incompatible",
        )


def retire_model(actor: Actor, code: str, version: str, opinion: str = "") -> ModelVersion:
    """Take a model out of use."""
    model_steps.one_switch_at_a_time()
    model = model_steps.load(code, version)
    model_steps.take(actor, ModelAction.RETIRE, model, opinion)
    model.retired_at = clock.now()
    model_messages.tell(ModelAction.RETIRE, model)
    return model


def read_report(model: ModelVersion) -> ValidationReport | None:
    """Return the validation report on the registered manifest, or None."""
    found = report.read(folder_of(model))
    return found if found is not None and found.manifest_hash == model.manifest_hash else None


def active_scorer() -> Scorer | None:
    """Return the scorer of the active model, loaded and verified once a process, or None.

    The database is asked each time, so every process notices a switch with its commit; the
    platform's signature on the entry is checked before the files are.
    """
    session: Session = db.session()
    with session.no_autoflush:
        active = queries.find_active()
    return None if active is None else sound_scorer(active)


def sound_scorer(model: ModelVersion) -> Scorer:
    """Return the scorer of a version, signature and files verified; raises `ArtefactRefused`."""
    model_steps.require_sound(model)
    if model.state is ModelState.ACTIVE and model.approved_by is None:
        raise artefacts.ArtefactRefused(model_steps.BROKEN, code="model_signature")
    return _scorer(str(folder_of(model)), model.manifest_hash)


def scorer_of(code: str, version: str) -> Scorer:
    """Return the scorer of any registered version, a retired one too; verified when it is loaded.

    Raises:
        NotFound: this version was never registered here.
        ArtefactRefused: its files are gone or not those that were registered.

    """
    return sound_scorer(get_model(code, version))


@lru_cache(maxsize=LOADED_MODELS)
def _scorer(folder: str, manifest_hash: str) -> Scorer:
    return Scorer.from_folder(Path(folder), manifest_hash=manifest_hash)


def get_model(code: str, version: str) -> ModelVersion:
    """Return a registered version, or raise `NotFound`."""
    model = queries.find_version(code, version)
    if model is None:
        raise NotFound(f"没有登记过模型 {code} {version}。")
    return model
