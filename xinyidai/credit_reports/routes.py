"""What is public of a firm, for anyone's program, 公开信用信息."""

from typing import Any

from flask import g, request

from xinyidai.accounts.scopes import ApiBlueprint
from xinyidai.credit_reports import service
from xinyidai.credit_reports.schemas import PUBLIC_CREDIT_OUT, PublicCreditOut
from xinyidai.credit_reports.service import limits
from xinyidai.credit_reports.values import PublicCredit
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import own_transaction

blueprint = ApiBlueprint("public_credit", __name__, title="公开信用信息")


@blueprint.get("/public-credit/<uscc>")
@allow(Role.PUBLIC)
@blueprint.operation(
    "公开信用信息",
    detail="按统一社会信用代码查询正在公示的公开信息。不需要令牌；"
    "每个来源地址每分钟最多 20 次、每小时最多 200 次，超过时返回 429 和 Retry-After。",
    refuses=(404, 422, 429),
)
@blueprint.response(200, PublicCreditOut, example=PUBLIC_CREDIT_OUT)
def read_credit(uscc: str) -> dict[str, Any]:
    """Return what is public of a firm now; the query is logged, which is all that is written."""
    limits.count_query(request.remote_addr)
    with own_transaction():
        credit = service.read_credit(g.actor, service.find_by_code(uscc), "public_query")
    return _answer(credit)


def _answer(credit: PublicCredit) -> dict[str, Any]:
    sections = [
        {
            **vars(section),
            "records": [
                {
                    **vars(record),
                    "shown": [{"label": label, "value": value} for label, value in record.fields],
                }
                for record in section.records
            ],
        }
        for section in credit.sections
    ]
    return {**vars(credit), "record_count": credit.record_count, "sections": sections}
