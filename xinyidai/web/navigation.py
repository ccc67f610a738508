"""The navigation of each role: where the first screens and lists are."""

from collections.abc import Mapping
from dataclasses import dataclass

from xinyidai.kernel.actor import Actor, Role


@dataclass(frozen=True)
class Item:
    """One entry; `icon` names a symbol of the sprite."""

    url: str
    label: str
    icon: str
    current: bool = False
    badge: int | None = None


_OFFICE = (
    ("/office", "今日待办", "home"),
    ("/office/products", "产品审核", "product"),
    ("/office/whitelist", "白名单", "list"),
    ("/office/events", "对接会", "event"),
    ("/office/applications", "申请进度", "apply"),
    ("/office/data", "数据质量", "data"),
    ("/office/queries", "查询台账", "shield"),
    ("/office/figures", "运行统计", "chart"),
    ("/office/models", "评分模型", "file"),
)
_BANK = (
    ("/bank", "工作台", "home"),
    ("/bank/applications", "申请", "apply"),
    ("/bank/consents", "授权", "shield"),
    ("/bank/products", "产品", "product"),
    ("/bank/whitelist", "白名单企业", "list"),
    ("/bank/events", "对接会", "event"),
)
_PUBLIC = (
    ("/", "首页", "home"),
    ("/products", "产品", "product"),
    ("/whitelist", "白名单", "list"),
    ("/events", "对接会", "event"),
)
BY_ROLE: Mapping[Role, tuple[tuple[str, str, str], ...]] = {
    Role.PUBLIC: _PUBLIC,
    Role.ENTERPRISE_USER: (
        ("/enterprise", "首页", "home"),
        ("/enterprise/consents", "授权", "shield"),
        ("/enterprise/matches", "找产品", "search"),
        ("/enterprise/applications", "申请", "apply"),
        ("/enterprise/profile", "画像", "chart"),
    ),
    Role.BANK_OFFICER: _BANK,
    Role.BANK_PRODUCT_MANAGER: (
        ("/bank/products", "产品", "product"),
        ("/bank/events", "对接会", "event"),
    ),
    Role.CREDIT_OFFICE: _OFFICE,
    Role.DEPARTMENT: (
        ("/department", "首页", "home"),
        ("/department/nominations", "白名单推荐", "list"),
    ),
    Role.GUARANTOR: (("/guarantor", "待担保申请", "home"),),
    Role.AUDITOR: (
        ("/audit", "审计", "home"),
        ("/office/queries", "查询台账", "shield"),
        ("/office/whitelist", "白名单", "list"),
        ("/office/applications", "申请进度", "apply"),
        ("/office/data", "数据质量", "data"),
        ("/office/figures", "运行统计", "chart"),
        ("/office/models", "评分模型", "file"),
    ),
    Role.OPERATOR: (("/operator", "系统管理", "home"),),
}


def items_for(actor: Actor | None, path: str) -> list[Item]:
    """Return the entries of the actor's role; the longest match with the path is current."""
    entries = BY_ROLE.get(actor.role if actor else Role.PUBLIC, _PUBLIC)
    matching = [url for url, _, _ in entries if _leads_to(url, path)]
    current = max(matching, key=len, default=None)
    return [Item(url, label, icon, current=url == current) for url, label, icon in entries]


# Pages that belong to an entry although their address does not begin with its own.
BELONGS = {
    "/enterprise/products": "/enterprise/matches",
    "/enterprise/queries": "/enterprise/consents",
    "/enterprise/records": "/enterprise/profile",
    "/enterprise/dispute": "/enterprise/profile",
    "/bank/looks": "/bank/applications",
    "/bank/search": "/bank/applications",
}


def _leads_to(url: str, path: str) -> bool:
    for place, entry in BELONGS.items():
        if path == place or path.startswith(place + "/"):
            return url == entry
    return path == url or (url != "/" and path.startswith(url + "/"))


def first_screen(actor: Actor) -> str:
    """Return where a person of this role begins."""
    entries = BY_ROLE.get(actor.role)
    return entries[0][0] if entries else "/"
