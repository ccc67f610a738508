"""Throw a draft away, 作废草稿: it leaves the lists and stays on record with its reason."""

from uuid import UUID

from xinyidai.audit import queries as audit_entries
from xinyidai.audit import service as audit
from xinyidai.audit.models import AuditEntry
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import Conflict, InvalidInput, InvalidTransition
from xinyidai.products import policies, queries
from xinyidai.products.lifecycle import LIFECYCLE
from xinyidai.products.models import ProductVersion
from xinyidai.products.service import telling
from xinyidai.products.service.marking import CHANGED, DraftPart, draft_mark
from xinyidai.products.values import ProductAction, ProductVersionState

LONGEST_REASON = 500


def discard_product(
    actor: Actor, version_id: UUID, reason: str, *, read_as: str | None = None
) -> ProductVersion:
    """Discard a draft, which was therefore never listed; nothing leads back from it.

    The product goes on with its other versions; one that has none left is shown as discarded, and
    its bank may use its code again. The reason stands in the audit trail.

    Raises:
        NotFound: another bank's product.
        InvalidTransition: it is no draft; what is under review is taken back first.
        InvalidInput: no reason, or too long a one.
        Conflict: somebody saved the draft after it was read under the mark `read_as`.

    """
    version = queries.get_version(version_id, for_update=True)
    policies.require(actor, ProductAction.DISCARD, version.product)
    if version.state is ProductVersionState.UNDER_REVIEW:
        raise InvalidTransition("这个版本正在审核，请先撤回提交，再作废草稿。")
    next_state = LIFECYCLE.next_state(version.state, ProductAction.DISCARD)
    if read_as not in {None, draft_mark(version, DraftPart.WHOLE)}:
        raise Conflict(
            "您打开这一页之后，这份草稿又保存过（同事，或者您在别的页面）。"
            "请先看看现在的草稿，仍要作废的再点一次。",
            code=CHANGED,
        )
    why = _reason(reason)
    version.state = next_state
    audit.record(actor, ProductAction.DISCARD, "product_version", version.id, {"reason": why})
    if version.drafted_by not in {None, actor.account_id}:
        telling.tell_bank(version, "草稿已作废", f"第 {version.version} 版，原因：{why}")
    return version


def read_discarding(version: ProductVersion) -> AuditEntry | None:
    """Return who discarded a version, when and why; None where nobody did."""
    return next(
        (
            entry
            for entry in audit_entries.list_of_subject("product_version", version.id)
            if entry.action == ProductAction.DISCARD
        ),
        None,
    )


def _reason(reason: str) -> str:
    cleaned = reason.strip()
    if not 1 <= len(cleaned) <= LONGEST_REASON:
        text = f"请写明作废的原因，不超过 {LONGEST_REASON} 字。"
        raise InvalidInput(text, fields={"reason": text})
    return cleaned
