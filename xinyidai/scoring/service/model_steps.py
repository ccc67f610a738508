"""One step in the life of a model version: right, lifecycle, history, signature, audit.

The platform signs who did what to which manifest (模型清单签名). An edited row, whether of the
manifest's hash or of who approved, no longer fits its signature, and no score is computed by it.
"""

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from xinyidai.audit import service as audit
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import NotFound
from xinyidai.ledger import service as ledger
from xinyidai.ledger.rules import canonical
from xinyidai.ledger.service import SignedText
from xinyidai.scoring import model_rules, policies, queries
from xinyidai.scoring.artefacts import ArtefactRefused
from xinyidai.scoring.lifecycle import LIFECYCLE, ModelAction
from xinyidai.scoring.models import ModelStep, ModelVersion
from xinyidai.scoring.values import ModelState

FORM = "xinyidai.model.v1"
KEY = "model"
SWITCH_LOCK = 0x58594D31
SEEN_SIGNATURES = 64
BROKEN = "模型的登记内容与平台签名不一致，不能使用，请联系平台管理员核查。"


def load(code: str, version: str) -> ModelVersion:
    """Return the version, locked, as it stands after the wait; raises `NotFound`."""
    model = db.session.scalar(
        select(ModelVersion)
        .where(ModelVersion.code == code, ModelVersion.version == version)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if model is None:
        raise NotFound(f"没有登记过模型 {code} {version}。")
    return model


def one_switch_at_a_time() -> None:
    """Wait until nobody else activates, rolls back or retires a model."""
    db.session.execute(select(func.pg_advisory_xact_lock(SWITCH_LOCK)))


def take(
    actor: Actor,
    action: ModelAction,
    model: ModelVersion,
    opinion: str = "",
    **details: object,
) -> None:
    """Check signature, right and lifecycle; change the state; write history and audit entry."""
    require_sound(model)
    policies.require(actor, action, model)
    before = model.state
    model.state = LIFECYCLE.next_state(before, action)
    note(actor, action, model, before, opinion=opinion, details=details)


def note(  # noqa: PLR0913 - what a step is, keyword-only from the fifth on
    actor: Actor,
    action: ModelAction,
    model: ModelVersion,
    before: ModelState | None,
    *,
    opinion: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write a step that was taken into history and audit trail."""
    step = ModelStep(
        model_id=model.id,
        action=action,
        from_state=before,
        to_state=model.state,
        account_id=actor.account_id,
        actor_name=actor.name,
        role=actor.role,
        opinion=model_rules.opinion(opinion),
        details=dict(details or {}),
        taken_at=clock.now(),
    )
    db.session.add(step)
    db.session.flush()
    audit.record(actor, f"model:{action}", "model_version", model.id, dict(details or {}))


def seal(model: ModelVersion) -> None:
    """Sign the version as it now stands."""
    made = ledger.sign_text(FORM, _signed(model), key=KEY)
    model.signature, model.signature_algorithm = made.signature, made.algorithm
    model.signature_key_id = made.key_id


def require_sound(model: ModelVersion) -> None:
    """Raise `ArtefactRefused` unless the row is what the platform signed."""
    kept = (model.signature, model.signature_key_id, model.signature_algorithm)
    signature, key_id, algorithm = kept
    if signature is None or key_id is None or algorithm is None:
        raise ArtefactRefused(BROKEN, code="model_unsigned")
    _verify(canonical(_signed(model)), algorithm, key_id, signature)


@lru_cache(maxsize=SEEN_SIGNATURES)
def _verify(text: str, algorithm: str, key_id: str, signature: str) -> None:
    """Verify once a process; a refusal raises and so is never remembered."""
    kept = SignedText(text, sha256(text.encode()).hexdigest(), algorithm, key_id, signature)
    with db.session.no_autoflush:
        is_sound = ledger.is_sound_text(FORM, kept)
    if not is_sound:
        raise ArtefactRefused(BROKEN, code="model_signature")


def _signed(model: ModelVersion) -> dict[str, Any]:
    """Return what the signature speaks of: the manifest, and who stands for it."""
    return {
        "id": str(model.id),
        "code": model.code,
        "version": model.version,
        "manifest_sha256": model.manifest_hash,
        "validation_sha256": model.validation_hash,
        "is_reference": model.state is ModelState.REFERENCE,
        "registered_by": _text(model.registered_by),
        "validated_by": _text(model.validated_by),
        "approved_by": _text(model.approved_by),
    }


def _text(account_id: UUID | None) -> str | None:
    return None if account_id is None else str(account_id)


def steps_of(model: ModelVersion) -> list[ModelStep]:
    """Return the history of a version, oldest first."""
    return list(queries.steps_of(model.id))
