"""The office's side: return a version, list it, take it off the shelf; and reading one version."""

from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Forbidden, InvalidInput, NotFound
from xinyidai.products import policies, queries
from xinyidai.products.lifecycle import LIFECYCLE
from xinyidai.products.models import ProductVersion
from xinyidai.products.values import ProductAction, ProductVersionState

LONGEST_REASON = 500


def return_product(actor: Actor, version_id: UUID, reason: str) -> ProductVersion:
    """Send a version under review back to the bank with a reason, 退回修改."""
    version = _load_for(actor, version_id, ProductAction.RETURN)
    version.state = LIFECYCLE.next_state(version.state, ProductAction.RETURN)
    version.return_reason = _reason(reason)
    audit.record(
        actor,
        ProductAction.RETURN,
        "product_version",
        version.id,
        {"reason": version.return_reason},
    )
    return version


def list_product(actor: Actor, version_id: UUID) -> ProductVersion:
    """List a version under review, 上架; the version listed before is delisted with it."""
    version = _load_for(actor, version_id, ProductAction.LIST)
    _require_two_people(actor, version)
    next_state = LIFECYCLE.next_state(version.state, ProductAction.LIST)
    former = queries.find_listed_version(version.product_id)
    if former is not None:
        _take_off(former, f"已由第 {version.version} 版替代")
        # The former version leaves before the new one comes: one listed version per product.
        db.session.flush()
    version.state = next_state
    version.approved_by, version.approved_party = actor.account_id, actor.party_id
    version.listed_at = clock.now()
    product = version.product
    product.current_version, product.name, product.kind = (
        version.version,
        version.name,
        version.kind,
    )
    details = {"replaces": str(former.id)} if former is not None else {}
    audit.record(actor, ProductAction.LIST, "product_version", version.id, details)
    return version


def delist_product(actor: Actor, version_id: UUID, reason: str) -> ProductVersion:
    """Take a listed version off the shelf, 下架; by its bank or by the credit office."""
    version = _load_for(actor, version_id, ProductAction.DELIST)
    _take_off(version, _reason(reason))
    version.product.current_version = None
    audit.record(
        actor,
        ProductAction.DELIST,
        "product_version",
        version.id,
        {"reason": version.delist_reason},
    )
    return version


def read_version(actor: Actor, version_id: UUID) -> ProductVersion:
    """Return a version the actor may see; any other does not exist for the actor."""
    version = queries.get_version(version_id)
    if not policies.may_see(actor, version, version.product):
        raise NotFound(queries.ABSENT)
    return version


def _load_for(actor: Actor, version_id: UUID, action: ProductAction) -> ProductVersion:
    version = queries.get_version(version_id, for_update=True)
    policies.require(actor, action, version.product)
    return version


def _take_off(version: ProductVersion, reason: str) -> None:
    version.state = LIFECYCLE.next_state(version.state, ProductAction.DELIST)
    version.delisted_at, version.delist_reason = clock.now(), reason


def _require_two_people(actor: Actor, version: ProductVersion) -> None:
    same_person = actor.account_id is None or actor.account_id == version.submitted_by
    same_party = actor.party_id is None or actor.party_id == version.submitted_party
    if version.state is ProductVersionState.UNDER_REVIEW and (same_person or same_party):
        raise Forbidden("提交和审核须由不同单位的不同人员进行。", code="two_people")


def _reason(reason: str) -> str:
    cleaned = reason.strip()
    if not 1 <= len(cleaned) <= LONGEST_REASON:
        text = f"请写明原因，不超过 {LONGEST_REASON} 字。"
        raise InvalidInput(text, fields={"reason": text})
    return cleaned
