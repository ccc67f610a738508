"""Tell the firm that its grade changed, and where it reads why; never what it is based on."""

from collections.abc import Mapping
from typing import Any

from xinyidai.credit_evaluations.models import CreditEvaluation
from xinyidai.notifications import service as notifications
from xinyidai.notifications.values import Topic


def tell_change(last: CreditEvaluation | None, row: Mapping[str, Any]) -> None:
    """Send a message when a firm that had a result has another grade now."""
    if last is None or last.grade == row["grade"]:
        return
    before, now = last.grade or "数据不足", row["grade"] or "数据不足"
    notifications.send(
        topic=Topic.CREDIT_EVALUATION,
        title=f"公共信用综合评价由 {before} 变为 {now}",
        body="请打开评价页查看每一项的依据；认为有误的，可以直接对那一项提出异议，不收费。",
        enterprise_id=row["enterprise_id"],
        link="/enterprise/evaluation",
    )
