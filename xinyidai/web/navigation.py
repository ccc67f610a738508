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
    badge: str = ""


MESSAGES = "/messages"
MOST_SHOWN = 99
_MESSAGES = (MESSAGES, "消息", "info")
_OFFICE = (
    ("/office", "今日待办", "home"),
    ("/office/products", "产品审核", "product"),
    ("/office/whitelist", "白名单", "list"),
    ("/office/events", "对接会", "event"),
    ("/office/leads", "线索和排序", "people"),
    ("/office/applications", "申请进度", "apply"),
    ("/office/needs", "融资需求", "search"),
    ("/office/objections", "异议", "question"),
    ("/office/repairs", "信用修复", "check"),
    ("/office/checks", "名单和核查", "shield"),
    ("/office/commitments", "承诺与填报", "star"),
    ("/office/data", "数据质量", "data"),
    ("/office/nodes", "节点交换", "people"),
    ("/office/queries", "查询台账", "shield"),
    ("/audit", "查询审查", "search"),
    ("/office/purposes", "授权用途", "key"),
    ("/office/figures", "运行统计", "chart"),
    ("/office/models", "评分模型", "file"),
    ("/office/reports", "信用报告", "file"),
    ("/office/joint-models", "联合模型", "shield"),
    _MESSAGES,
)
_BANK = (
    ("/bank", "工作台", "home"),
    ("/bank/applications", "申请", "apply"),
    ("/bank/needs", "需求池", "search"),
    ("/bank/consents", "授权", "shield"),
    ("/bank/leads", "找客户", "search"),
    ("/bank/products", "产品", "product"),
    ("/bank/whitelist", "白名单企业", "list"),
    ("/bank/events", "对接会", "event"),
    ("/bank/joint-models", "本行模型", "chart"),
    _MESSAGES,
)
_PUBLIC = (
    ("/", "首页", "home"),
    ("/products", "产品", "product"),
    ("/whitelist", "白名单", "list"),
    ("/lists", "名单公示", "shield"),
    ("/events", "对接会", "event"),
    ("/credit", "信用查询", "search"),
)
BY_ROLE: Mapping[Role, tuple[tuple[str, str, str], ...]] = {
    Role.PUBLIC: _PUBLIC,
    Role.ENTERPRISE_USER: (
        ("/enterprise", "首页", "home"),
        ("/enterprise/consents", "授权", "shield"),
        ("/enterprise/matches", "找产品", "search"),
        ("/enterprise/applications", "申请", "apply"),
        # The first five make the tab bar of a phone; the first screen leads to the rest.
        _MESSAGES,
        ("/enterprise/profile", "画像", "chart"),
        ("/enterprise/people", "人员", "people"),
    ),
    Role.BANK_OFFICER: _BANK,
    Role.BANK_PRODUCT_MANAGER: (
        ("/bank/products", "产品", "product"),
        ("/bank/leads", "找客户", "search"),
        ("/bank/events", "对接会", "event"),
        ("/bank/joint-models", "本行模型", "chart"),
        _MESSAGES,
    ),
    Role.CREDIT_OFFICE: _OFFICE,
    Role.DEPARTMENT: (
        ("/department", "首页", "home"),
        ("/department/nominations", "白名单推荐", "list"),
        ("/department/deliveries", "数据报送", "up"),
        ("/department/objections", "待答复的异议", "question"),
        ("/department/checks", "联合奖惩核查", "shield"),
        ("/department/declarations", "填报与承诺", "star"),
        ("/department/quality", "数据质量", "data"),
        _MESSAGES,
    ),
    Role.GUARANTOR: (
        ("/guarantor", "待担保申请", "home"),
        ("/bank/consents", "授权", "shield"),
        _MESSAGES,
    ),
    Role.AUDITOR: (
        ("/audit", "审计", "home"),
        ("/office/queries", "查询台账", "shield"),
        ("/office/whitelist", "白名单", "list"),
        ("/office/applications", "申请进度", "apply"),
        ("/office/needs", "融资需求", "search"),
        ("/office/objections", "异议", "question"),
        ("/office/repairs", "信用修复", "check"),
        ("/office/checks", "名单和核查", "shield"),
        ("/office/data", "数据质量", "data"),
        ("/office/nodes", "节点交换", "people"),
        ("/office/figures", "运行统计", "chart"),
        ("/office/models", "评分模型", "file"),
        ("/office/reports", "信用报告", "file"),
        ("/office/joint-models", "联合模型", "shield"),
        _MESSAGES,
    ),
    Role.OPERATOR: (("/operator", "系统管理", "home"),),
}


def items_for(actor: Actor | None, path: str, unread: int | None = None) -> list[Item]:
    """Return the entries of the actor's role; the longest match with the path is current.

    `unread` messages are shown beside their entry.
    """
    entries = BY_ROLE.get(actor.role if actor else Role.PUBLIC, _PUBLIC)
    matching = [url for url, _, _ in entries if _leads_to(url, path)]
    current = max(matching, key=len, default=None)
    badges = {MESSAGES: _badge(unread)}
    return [
        Item(url, label, icon, current=url == current, badge=badges.get(url, ""))
        for url, label, icon in entries
    ]


def _badge(unread: int | None) -> str:
    if not unread:
        return ""
    return f"{MOST_SHOWN}+" if unread > MOST_SHOWN else str(unread)


# Pages that belong to an entry although their address does not begin with its own.
BELONGS = {
    "/enterprise/products": "/enterprise/matches",
    "/enterprise/needs": "/enterprise/matches",
    "/enterprise/queries": "/enterprise/consents",
    "/enterprise/records": "/enterprise/profile",
    "/enterprise/dispute": "/enterprise/profile",
    "/enterprise/objections": "/enterprise/profile",
    "/enterprise/repairs": "/enterprise/profile",
    "/enterprise/checks": "/enterprise/profile",
    "/enterprise/evaluation": "/enterprise/profile",
    "/office/evaluations": "/office/models",
    "/office/lists": "/office/checks",
    "/department/lists": "/department/checks",
    "/enterprise/holdings": "/enterprise/profile",
    "/enterprise/reports": "/enterprise/profile",
    "/enterprise/credit-code": "/enterprise/profile",
    "/bank/reports": "/bank/consents",
    "/bank/standing": "/bank/products",
    "/bank/joint-runs": "/bank/joint-models",
    "/bank/joint-results": "/bank/joint-models",
    "/enterprise/joint-results": "/enterprise/consents",
    "/enterprise/declarations": "/enterprise/profile",
    "/enterprise/commitments": "/enterprise/profile",
    "/enterprise/contact": "/enterprise/consents",
    "/enterprise/invitations": "/enterprise/consents",
    "/office/standings": "/office/leads",
    "/office/matching": "/office/leads",
    "/office/revocations": "/office/queries",
    "/ranking": "/products",
    "/office/declarations": "/office/commitments",
    "/department/commitments": "/department/declarations",
    "/queries": "/bank/applications",
    "/bank/batches": "/bank/consents",
    "/bank/search": "/bank/applications",
    "/office/deliveries": "/office/data",
    "/department/tickets": "/department/quality",
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
