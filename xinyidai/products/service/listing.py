"""The office's side: return a version, list it, take it off the shelf; and reading one version."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from uuid import UUID

from xinyidai.audit import service as audit
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Actor
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import Forbidden, InvalidInput, NotFound
from xinyidai.products import policies, queries
from xinyidai.products.lifecycle import LIFECYCLE
from xinyidai.products.models import ProductVersion
from xinyidai.products.service import telling
from xinyidai.products.service.drafting import require_ready
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
    telling.tell_bank(version, "产品被退回修改", f"原因：{version.return_reason}")
    return version


def list_product(actor: Actor, version_id: UUID) -> ProductVersion:
    """List a version under review, 上架; the version listed before is delisted with it.

    A version with a later effective date waits for its day: until then the former one stays on
    sale, and `end_replaced` takes it off.

    Raises:
        RuleBroken: an example fails, an item goes beyond the purpose, or a criterion is unknown.

    """
    version = _load_for(actor, version_id, ProductAction.LIST)
    _require_two_people(actor, version)
    next_state = LIFECYCLE.next_state(version.state, ProductAction.LIST)
    require_ready(version, "产品还不能上架，请退回银行修改。")
    former = queries.find_listed_version(version.product_id)
    _make_room(version)
    # The former version leaves before the new one comes: one listed version per product.
    db.session.flush()
    version.state = next_state
    version.approved_by, version.approved_party = actor.account_id, actor.party_id
    version.listed_at = clock.now()
    if former is None or version.effective_from is None or version.effective_from <= clock.today():
        _put_in_front(version)
    details = {"replaces": str(former.id)} if former is not None else {}
    audit.record(actor, ProductAction.LIST, "product_version", version.id, details)
    telling.tell_bank(version, "产品已上架", _from_when(version))
    return version


def end_replaced() -> int:
    """Delist the versions whose successor is in force today; return how many. Every night."""
    ended = queries.list_replaced(clock.today())
    for former in ended:
        shelved = queries.list_shelved(former.product_id)
        successor = next((one for one in shelved if one.version > former.version), None)
        words = f"已由第 {successor.version} 版替代" if successor else "已到替代日期"
        _take_off(former, words)
        audit.record(SYSTEM, ProductAction.DELIST, "product_version", former.id, {"reason": words})
        if successor is not None:
            _put_in_front(successor)
    return len(ended)


def _make_room(version: ProductVersion) -> None:
    """Let the listed versions end on the day the new one begins; what never began ends now."""
    day = version.effective_from or clock.today()
    for former in queries.list_shelved(version.product_id):
        begins = former.effective_from
        if day > clock.today() and (begins is None or begins < day):
            former.replaced_on = min(former.replaced_on or day, day)
        else:
            _take_off(former, f"已由第 {version.version} 版替代")


def _follow_on(shelved: Sequence[ProductVersion]) -> None:
    """Let each listed version end where the next one begins, and the last one not at all."""
    in_order = sorted(shelved, key=lambda one: one.effective_from or date.min)
    for former, successor in pairwise([*in_order, None]):
        if former is not None:
            former.replaced_on = None if successor is None else successor.effective_from
    db.session.flush()


def _put_in_front(version: ProductVersion) -> None:
    product = version.product
    product.current_version, product.name, product.kind = (
        version.version,
        version.name,
        version.kind,
    )


def _from_when(version: ProductVersion) -> str:
    day = version.effective_from
    if day is None or day <= clock.today():
        return "企业现在可以看到并申请。"
    return f"自 {day.isoformat()} 起生效；在此之前企业看到的仍是原来的版本。"


def delist_product(actor: Actor, version_id: UUID, reason: str) -> ProductVersion:
    """Take a listed version off the shelf, 下架; by its bank or by the credit office.

    Another listed version is not touched: one that was to be replaced by this one stays on sale,
    and one that waits for its day still comes.
    """
    version = _load_for(actor, version_id, ProductAction.DELIST)
    _take_off(version, _reason(reason))
    db.session.flush()
    _follow_on(queries.list_shelved(version.product_id))
    current = queries.find_listed_version(version.product_id)
    version.product.current_version = None if current is None else current.version
    audit.record(
        actor,
        ProductAction.DELIST,
        "product_version",
        version.id,
        {"reason": version.delist_reason},
    )
    telling.tell_bank(version, "产品已下架", f"原因：{version.delist_reason}")
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
        words = "提交和审核须由不同单位的不同人员进行，请由信用办的其他人员审核。"
        raise Forbidden(words, code="two_people")


def _reason(reason: str) -> str:
    cleaned = reason.strip()
    if not 1 <= len(cleaned) <= LONGEST_REASON:
        text = f"请写明原因，不超过 {LONGEST_REASON} 字。"
        raise InvalidInput(text, fields={"reason": text})
    return cleaned
