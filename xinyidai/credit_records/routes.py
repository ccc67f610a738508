"""The public credit record catalogue, for anyone."""

from typing import Any

from xinyidai.accounts.scopes import ApiBlueprint
from xinyidai.catalogue import kinds as catalogue
from xinyidai.credit_records.schemas import RecordCatalogueOut
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role

blueprint = ApiBlueprint("record_kinds", __name__, title="公共信用信息目录")


@blueprint.get("/record-kinds")
@allow(Role.PUBLIC)
@blueprint.operation("公共信用信息目录", detail="信息类别、数据项和授权数据项。不需要令牌。")
@blueprint.response(200, RecordCatalogueOut)
def list_kinds() -> dict[str, Any]:
    """List every kind of record that the platform may collect."""
    return {
        "version": catalogue.VERSION,
        "items": list(catalogue.ITEMS.values()),
        "kinds": list(catalogue.KINDS.values()),
    }
