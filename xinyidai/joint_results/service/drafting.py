"""A bank hands in its model: draft from a document, then review; the document never changes."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from xinyidai.audit import service as audit
from xinyidai.consents import service as consents
from xinyidai.joint_results import documents, policies, queries, rules
from xinyidai.joint_results.lifecycle import LIFECYCLE
from xinyidai.joint_results.models import JointModel, JointModelVersion
from xinyidai.joint_results.service import checking, telling
from xinyidai.joint_results.values import Spec, VersionAction, VersionState
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db, new_id
from xinyidai.kernel.errors import NotFound, RuleBroken, TooMany

A_DAY = 24 * 60 * 60
MOST_DRAFTS = 20


def upload(actor: Actor, raw: bytes) -> JointModelVersion:
    """Keep a document as the next version of the model it names, as a draft.

    Sent twice, it is one draft.

    Raises:
        Forbidden: the actor keeps no models of a bank.
        InvalidInput: what is wrong with the document, place by place.
        RuleBroken: the purpose is not in force, or too many drafts wait.

    """
    institution_id = policies.require_keeper(actor)
    spec, document = documents.parse(raw)
    _require_in_force(spec)
    model, digest = _model(institution_id, spec.code), rules.content_hash(document)
    same = queries.find_draft(model.id, digest)
    if same is not None:
        return same
    if queries.count_drafts(institution_id) >= MOST_DRAFTS:
        raise RuleBroken(f"已有 {MOST_DRAFTS} 个草稿没有提交。请先提交或停用后再上传。")
    version = JointModelVersion(
        model_id=model.id,
        model=model,
        number=queries.last_number(model.id) + 1,
        state=VersionState.DRAFT,
        kind=spec.kind,
        name=spec.name,
        purpose=spec.purpose,
        plain_purpose=spec.plain_purpose,
        inputs=spec.input_codes,
        items=documents.items_of(spec.input_codes),
        band_names=[band.name for band in spec.bands],
        document=document,
        content_hash=digest,
        drafted_by=actor.account_id,
        drafted_by_name=actor.name,
    )
    db.session.add(version)
    db.session.flush()
    audit.record(
        actor,
        "joint_model:draft",
        "joint_model_version",
        version.id,
        {"hash": version.content_hash, "number": version.number},
    )
    return version


def submit(actor: Actor, version_id: UUID) -> JointModelVersion:
    """Hand a draft over to the credit office, with what the platform counts for the reviewer.

    Raises:
        NotFound: no such version, or another bank's.
        TooMany: the bank has handed in four within 30 days.

    """
    version = load(actor, version_id, VersionAction.SUBMIT)
    state = LIFECYCLE.next_state(version.state, VersionAction.SUBMIT)
    lock_bank(version.model.institution_id)
    since = clock.now() - timedelta(days=rules.DAYS_OF_VERSIONS)
    recent = queries.count_handed_in(version.model.institution_id, since)
    if recent >= rules.MOST_VERSIONS:
        raise TooMany(
            f"{rules.DAYS_OF_VERSIONS} 天内最多提交 {rules.MOST_VERSIONS} 个版本，防止用多个版本"
            "反推企业数据。请合并修改后再提交。",
            retry_after=A_DAY,
        )
    version.state = state
    version.submitted_by, version.submitted_party = actor.account_id, actor.party_id
    version.submitted_at, version.returned_reason = clock.now(), None
    version.report = checking.report_of(version, recent)
    db.session.flush()
    audit.record(
        actor,
        "joint_model:submit",
        "joint_model_version",
        version.id,
        {"hash": version.content_hash},
    )
    telling.tell_office(version)
    return version


def load(actor: Actor, version_id: UUID, action: VersionAction) -> JointModelVersion:
    """Return the version, locked, if the actor may take the action."""
    version = queries.find_version(version_id, locked=True)
    if version is None:
        raise NotFound(policies.ABSENT)
    policies.require(actor, action, version)
    return version


def read_version(actor: Actor, version_id: UUID) -> JointModelVersion:
    """Return a version that the actor may see, or raise `NotFound`."""
    version = queries.find_version(version_id)
    if version is None:
        raise NotFound(policies.ABSENT)
    policies.require_sight(actor, version)
    return version


def lock_bank(institution_id: UUID) -> None:
    """Let one submission of a bank wait for another, so that their number is right."""
    queries.one_at_a_time(f"joint-models:{institution_id}")


def _require_in_force(spec: Spec) -> None:
    """Refuse inputs that the template the credit office has put in force does not allow."""
    allowed = consents.purpose_in_force(spec.purpose).purpose.caps.items
    beyond = [item for item in documents.items_of(spec.input_codes) if item not in allowed]
    if beyond:
        raise RuleBroken("信用办批准的用途模板没有包括模型用到的数据项，请删去相应指标。")


def _model(institution_id: UUID, code: str) -> JointModel:
    statement = insert(JointModel).values(
        id=new_id(), institution_id=institution_id, code=code, created_at=clock.now()
    )
    db.session.execute(statement.on_conflict_do_nothing())
    found = queries.find_model(institution_id, code)
    if found is None:
        raise NotFound(policies.ABSENT)
    return found
