"""Whitelists for banks' systems, 白名单."""

from typing import Any

from flask import g

from xinyidai.accounts.scopes import ApiBlueprint, Scope, as_list, page_of
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.whitelist import service
from xinyidai.whitelist.schemas import MEMBER_OUT, MembersIn, MembersOut

blueprint = ApiBlueprint("whitelist", __name__, title="白名单")


@blueprint.get("/whitelist")
@allow(Role.BANK_CLIENT)
@blueprint.operation(
    "白名单企业",
    detail="现在在库的企业和推荐依据，新入库的在前。",
    scope=Scope.QUERIES,
    refuses=(404,),
)
@blueprint.arguments(MembersIn, location="query")
@blueprint.response(
    200, MembersOut, example={"items": [MEMBER_OUT], "page": 1, "size": 20, "total": 1}
)
def list_members(wanted: dict[str, Any]) -> dict[str, Any]:
    """List the current members of the whitelists, or of one of them."""
    page = page_of(wanted)
    rows, total = service.list_members(g.actor, page, list_type=wanted.get("list_type"))
    return as_list(rows, page, total)
