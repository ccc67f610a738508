"""Register, validate, approve, activate a model; load the active one once a process."""

from functools import lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from xinyidai.audit import service as audit
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Conflict, NotFound, RuleBroken
from xinyidai.kernel.settings import package_path
from xinyidai.scoring import artefacts, policies, queries
from xinyidai.scoring.lifecycle import LIFECYCLE, ModelAction
from xinyidai.scoring.models import ModelVersion
from xinyidai.scoring.score import Scorer
from xinyidai.scoring.values import ModelState

SHIPPED = "shipped:"
LOADED_MODELS = 4


def register_model(actor: Actor, folder: Path) -> ModelVersion:
    """Register an artefact folder as a candidate, or as a reference that is never activated.

    A folder that comes with the product is stored by name, another by its absolute path.

    Raises:
        ArtefactRefused: a file does not hash to what the manifest says.
        Conflict: this version is registered already with another content.

    """
    policies.require_registrar(actor)
    artefact = artefacts.load(folder)
    known = queries.find_version(artefact.code, artefact.version)
    if known is not None:
        if known.manifest_hash != artefact.manifest_hash:
            raise Conflict("同一版本号已登记了不同内容的模型，请换一个版本号。")
        return known
    is_reference = artefact.state is ModelState.REFERENCE
    model = ModelVersion(
        code=artefact.code,
        version=artefact.version,
        title=artefact.title,
        state=ModelState.REFERENCE if is_reference else ModelState.CANDIDATE,
        is_demo=artefact.is_demo,
        folder=_stored(folder),
        manifest_hash=artefact.manifest_hash,
        metrics=dict(artefact.metrics),
        registered_by=actor.account_id,
    )
    db.session.add(model)
    db.session.flush()
    audit.record(actor, "model:register", "model_version", model.id)
    return model


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


def validate_model(actor: Actor, code: str, version: str) -> ModelVersion:
    """Check the artefact again and note that its metrics were reviewed."""
    model = _load(code, version)
    artefact = artefacts.load(folder_of(model), manifest_hash=model.manifest_hash)
    if not artefact.is_activatable:
        raise RuleBroken("这个模型不能用于企业：" + "；".join(artefact.obstacles))
    _take(actor, ModelAction.VALIDATE, model)
    model.validated_by, model.validated_at = actor.account_id, clock.now()
    return model


def approve_model(actor: Actor, code: str, version: str) -> ModelVersion:
    """Approve by a second person of the credit office."""
    model = _load(code, version)
    _take(actor, ModelAction.APPROVE, model)
    model.approved_by, model.approved_at = actor.account_id, clock.now()
    return model


def activate_model(actor: Actor, code: str, version: str) -> ModelVersion:
    """Let an approved model score firms from now on; the one before it is retired."""
    model = _load(code, version)
    active = queries.find_active()
    if active is not None and active.id == model.id:
        return model
    policies.require(actor, ModelAction.ACTIVATE, model)
    LIFECYCLE.next_state(model.state, ModelAction.ACTIVATE)
    if model.approved_by is None:
        raise RuleBroken("模型还没有经第二人批准，不能启用。")
    if active is not None:
        _take(actor, ModelAction.RETIRE, active)
        active.retired_at = clock.now()
        db.session.flush()  # the index allows one active model at any moment
    _take(actor, ModelAction.ACTIVATE, model)
    model.activated_by, model.activated_at = actor.account_id, clock.now()
    db.session.flush()
    return model


def retire_model(actor: Actor, code: str, version: str) -> ModelVersion:
    """Take a model out of use."""
    model = _load(code, version)
    _take(actor, ModelAction.RETIRE, model)
    model.retired_at = clock.now()
    return model


def _load(code: str, version: str) -> ModelVersion:
    model = db.session.scalar(
        select(ModelVersion)
        .where(ModelVersion.code == code, ModelVersion.version == version)
        .with_for_update()
    )
    if model is None:
        raise NotFound(f"没有登记过模型 {code} {version}。")
    return model


def _take(actor: Actor, action: ModelAction, model: ModelVersion) -> None:
    policies.require(actor, action, model)
    model.state = LIFECYCLE.next_state(model.state, action)
    audit.record(actor, f"model:{action}", "model_version", model.id)


def active_scorer() -> Scorer | None:
    """Return the scorer of the active model, loaded and verified once a process, or None."""
    session: Session = db.session()
    with session.no_autoflush:
        active = queries.find_active()
    return None if active is None else _scorer(str(folder_of(active)), active.manifest_hash)


def scorer_of(code: str, version: str) -> Scorer:
    """Return the scorer of any registered version, a retired one too; verified when it is loaded.

    Raises:
        NotFound: this version was never registered here.
        ArtefactRefused: its files are gone or not those that were registered.

    """
    model = queries.find_version(code, version)
    if model is None:
        raise NotFound(f"没有登记过模型 {code} {version}。")
    return _scorer(str(folder_of(model)), model.manifest_hash)


@lru_cache(maxsize=LOADED_MODELS)
def _scorer(folder: str, manifest_hash: str) -> Scorer:
    return Scorer.from_folder(Path(folder), manifest_hash=manifest_hash)
