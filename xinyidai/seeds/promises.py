"""What firms of the invented city declared of themselves and promised, some of each state."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from xinyidai.commitments import queries as templates
from xinyidai.commitments import service as commitments
from xinyidai.commitments.models import Commitment
from xinyidai.commitments.values import Promise, TemplateState
from xinyidai.declarations import service as declarations
from xinyidai.declarations.models import Declaration
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.db import new_id
from xinyidai.seeds.times import at
from xinyidai.seeds.world import Member, World

FIRST_FIRM = 40  # the story's firm is the first member; the others begin here
# category, how far it came, days ago
DECLARED: Sequence[tuple[str, str, int]] = (
    ("qualification", "submit", 9),
    ("market_operation", "submit", 4),
    ("contract", "submit", 2),
    ("charity", "verify", 60),
    ("contract", "verify", 45),
    ("market_operation", "verify", 30),
    ("qualification", "return", 12),
    ("charity", "refuse", 20),
    ("qualification", "revoke", 90),
    ("contract", "withdraw", 70),
)
# template, how far it came, signed days ago, term in days
PROMISED: Sequence[tuple[str, str, int, int]] = (
    ("proactive_standard", "sign", 100, 365),
    ("tolerance_standard", "sign", 25, 28),
    ("tolerance_standard", "supply", 20, 25),
    ("approval_standard", "supply", 50, 55),
    ("certificate_standard", "keep", 80, 60),
    ("tolerance_standard", "keep", 60, 30),
    ("approval_standard", "keep", 120, 60),
    ("self_discipline_standard", "keep", 390, 360),
    ("tolerance_standard", "break", 75, 20),
    ("approval_standard", "expire", 110, 60),
)
MATTERS = {
    "proactive_standard": "守信经营、明码标价（演示）",
    "self_discipline_standard": "遵守轴承行业自律公约（演示）",
    "approval_standard": "扩建车间许可材料（演示）",
    "certificate_standard": "无欠薪证明（演示）",
    "tolerance_standard": "项目备案缺少的平面图（演示）",
}


def tell(world: World) -> None:
    """Draft and approve the templates, then declare, promise and decide."""
    _stock_library(world)
    story, others = world.members[0], world.members[FIRST_FIRM:]
    _tell_story(world, story)
    for (category, end, days), member in zip(DECLARED, others, strict=False):
        _declare(world, member, category, end, days)
    later = others[len(DECLARED) :]
    for (code, end, days, term), member in zip(PROMISED, later, strict=False):
        _promise(world, member, (code, end, days, term))


def _stock_library(world: World) -> None:
    first, second = world.cast.actor("xinyongban1"), world.cast.actor("xinyongban2")
    with at(world.start):
        commitments.draft_shipped(first)
        for template in templates.templates(TemplateState.DRAFT):
            commitments.approve_template(second, template.id)


def _tell_story(world: World, story: Member) -> None:
    _declare(world, story, "qualification", "verify", 40)
    _declare(world, story, "contract", "return", 6)
    with at(_moment(world, story, 3)):
        made = declarations.start_declaration(story.actor, "charity")
        declarations.save_fields(story.actor, made.id, {"activity": "向演示小学捐赠图书"})
    _promise(world, story, ("tolerance_standard", "sign", 18, 30))
    _promise(world, story, ("proactive_standard", "keep", 380, 365))


def _declare(world: World, member: Member, category: str, end: str, days: int) -> None:
    with at(_moment(world, member, days)):
        made = declarations.start_declaration(member.actor, category)
    with at(_moment(world, member, days, later=1)):
        declarations.save_fields(member.actor, made.id, _texts(category))
        declarations.attach_file(member.actor, made.id, "证明材料（演示）.pdf", _paper(made.number))
        declarations.submit_declaration(member.actor, made.id, agreed=True)
    if end != "submit":
        with at(_moment(world, member, days - 2, later=2)):
            _decide(world, made, end)
        with at(_moment(world, member, days - 2, later=3)):
            _undo(world, member, made, end)


def _decide(world: World, made: Declaration, end: str) -> None:
    clerk: Actor = world.cast.actor("xinyongban1")
    if end in {"verify", "revoke", "withdraw"}:
        declarations.verify_declaration(clerk, made.id, "已与出具单位电话核对，与附件一致（演示）")
    if end == "return":
        declarations.return_declaration(clerk, made.id, "附件看不清公章，请重新拍照上传（演示）")
    if end == "refuse":
        declarations.refuse_declaration(clerk, made.id, "出具单位答复没有这件事（演示）")


def _undo(world: World, member: Member, made: Declaration, end: str) -> None:
    clerk: Actor = world.cast.actor("xinyongban1")
    if end == "revoke":
        declarations.revoke_declaration(clerk, made.id, "发证机关复函：证书编号不存在（演示）")
    if end == "withdraw":
        declarations.withdraw_declaration(member.actor, made.id, "合同已解除（演示）")


def _promise(world: World, member: Member, plan: tuple[str, str, int, int]) -> None:
    code, end, days, term = plan
    signed = _moment(world, member, days)
    with at(signed):
        template = templates.template_in_force(code)
        if template is None:
            raise LookupError(f"no template {code} is in force")
        due = clock.today() + timedelta(days=min(term, template.term_days))
        made = commitments.sign_commitment(
            member.actor,
            Promise(
                template_id=template.id,
                matter=MATTERS[code],
                due_on=due,
                agreed=True,
                request_key=new_id(),
            ),
        )
    _fulfil(world, member, made, end)


def _fulfil(world: World, member: Member, made: Commitment, end: str) -> None:
    clerk = world.cast.actor("xinyongban2")
    if end in {"supply", "keep"}:
        with at(_moment(world, member, 5, later=1)):
            commitments.attach_evidence(
                member.actor, made.id, "回执（演示）.pdf", _paper(made.number)
            )
            commitments.supply_evidence(member.actor, made.id, "材料已经补齐，回执见附件（演示）")
    with at(_moment(world, member, 1, later=2)):
        if end == "keep":
            commitments.find_kept(clerk, made.id, "现场核查，承诺事项已办结（演示）")
        if end == "break":
            commitments.find_broken(clerk, made.id, "期限已过，三次催告仍未补交（演示）")
        if end == "expire":
            commitments.watch()


def _moment(world: World, member: Member, days: int, *, later: int = 0) -> datetime:
    """Return a moment of that day, never before the firm signed up; so many half hours later."""
    begun = max(world.ago(days, 10), member.since + timedelta(hours=1))
    return min(begun + timedelta(minutes=30 * later), world.now)


def _texts(category: str) -> dict[str, str]:
    day = clock.today()
    recent = (day - timedelta(days=20)).isoformat()
    return {
        "qualification": {
            "certificate_kind": "质量管理体系认证（演示）",
            "certificate_no": "YANSHI-QMS-001",
            "organ": "鹰川市演示认证中心",
            "issued_on": (day - timedelta(days=300)).isoformat(),
            "valid_until": (day + timedelta(days=795)).isoformat(),
            "scope": "轴承设计和制造",
        },
        "market_operation": {
            "topic": "product",
            "summary": "年产轴承三十万套，主要供应演示主机厂",
            "amount": "1260",
            "counted_on": recent,
        },
        "contract": {
            "contract_name": "轴承年度供货合同（演示）",
            "contract_no": "YANSHI-HT-2026",
            "counterparty": "中原演示装备有限公司",
            "amount": "320",
            "signed_on": recent,
            "performance": "ongoing",
        },
        "charity": {
            "activity": "防汛物资捐赠（演示）",
            "beneficiary": "鹰北区演示街道办事处",
            "organ": "鹰北区演示街道办事处",
            "amount": "5",
            "happened_on": recent,
        },
    }[category]


def _paper(number: str) -> bytes:
    """Return a small PDF with one empty page; the number makes it one of its own."""
    body = (
        f"%PDF-1.4\n% demo {number}\n"
        "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
        "trailer<</Root 1 0 R>>\n%%EOF\n"
    )
    return body.encode()
