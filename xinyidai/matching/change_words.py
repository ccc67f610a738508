"""差一点 in plain Chinese: what to do, one sentence a step, and where it is done."""

from collections.abc import Mapping, Sequence
from typing import Any

from xinyidai.catalogue.indicators import Direction, SupplyWay, indicator_dictionary
from xinyidai.catalogue.kinds import get_kind
from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.matching.grouping import GROUP_INDICATORS
from xinyidai.matching.nearest import FieldChange, nearest
from xinyidai.matching.values import TAG_INDICATORS, Act, ChangeKind
from xinyidai.products.values import (
    FLAG_SCALE,
    INDICATOR_PREFIX,
    Field,
    FieldType,
    Finding,
    Operator,
    Outcome,
    tag_name,
    titles,
)

MONTHS = 12
LIST_PREFIX = "whitelist:"
GROUP_ONLY = {"first_loan": "只面向还没有贷过款的企业", "agriculture": "只面向涉农企业"}
MOST_NAMED = 5


ACTS: Mapping[str, Act] = {
    **dict.fromkeys(("amount_fen", "term_months", "guarantee"), Act.WISH),
    **dict.fromkeys(
        ("region_code", "industry", "years_established", "enterprise_kind", "in_operation",
         "registered_capital_fen", "employees", "revenue_fen", "scale"),
        Act.REGISTER,
    ),
    "tags": Act.SOURCE,
    "owns_ip": Act.SOURCE,
    "agriculture": Act.REGISTER,
    "grade": Act.PROFILE,
}  # fmt: skip
OTHERS_ONLY: Mapping[str, str] = {
    "region_code": "只面向其他地区的企业",
    "industry": "只面向其他行业的企业",
    "scale": "只面向其他规模的企业",
    "enterprise_kind": "只面向其他类型的主体",
    "in_operation": "须先在登记机关恢复正常登记",
    "years_established": "只面向成立时间更短的企业",
    "tags": "已在银行不接受的名单内，或要求互相矛盾",
}


def nearest_json(findings: Sequence[Finding]) -> dict[str, Any] | None:
    """Return 差一点 for a stored row from all findings of a product; None when it fits.

    `steps` say what to do for each field that can change; they open the product only together,
    and only when `blocked`, what no firm can change, is empty.
    """
    found = nearest(findings)
    if not found.changes and not found.blocked:
        return None
    return {
        "steps": [step_json(change) for change in found.changes],
        "blocked": [_blocked(field) for field in found.blocked],
    }


def step_json(step: FieldChange) -> dict[str, Any]:
    """Return a step with its sentence; what the bank keeps to itself is not in it."""
    return {
        "field": step.field.code,
        "kind": step.kind.value,
        "text": text_of(step),
        "act": act_of(step).value,
        "about": _about(step),
        "step": step.step if step.is_shown else None,
    }


def text_of(step: FieldChange) -> str:
    """Return what to do in one sentence without a full stop."""
    if step.kind is ChangeKind.SUPPLY:
        return _supply_text(step)
    if step.kind is ChangeKind.WAIT and step.is_shown:
        months = round(step.step * MONTHS)
        return f"再过 {months} 个月即满足，届时{step.field.name}满 {_show(step, step.after)}"
    if step.field.type is FieldType.TAGS:
        return _tags_text(step)
    if not step.is_shown:
        return f"{step.field.name}{_way(step)}，银行未公布具体数值"
    before, after = _show(step, step.before), _show(step, step.after)
    if step.field.scale == FLAG_SCALE or step.field.type is FieldType.FLAG:
        return f"{step.field.name}：须由“{before}”变为“{after}”"
    return f"把{step.field.name}从 {before}{_verb(step)} {after}"


def act_of(step: FieldChange) -> Act:
    """Return where the step is done."""
    if step.cause is MissingCause.NOT_AUTHORIZED:
        return Act.AUTHORIZE
    if step.cause is MissingCause.STALE or step.kind is ChangeKind.WAIT:
        return Act.WAIT
    if _gains_a_list(step):
        return Act.LIST
    if _goes_down(step) and _is_repairable(step.field):
        return Act.REPAIR
    return ACTS.get(step.field.code) or _indicator_act(step)


def _indicator_act(step: FieldChange) -> Act:
    """Return where an indicator changes: with the firm itself, the register, or its source."""
    code = step.field.code.removeprefix(INDICATOR_PREFIX)
    entry = indicator_dictionary().indicators.get(code)
    if entry is None:
        return Act.SOURCE
    if entry.supply.way is SupplyWay.DECLARE:
        return Act.DECLARE
    if entry.supply.way is SupplyWay.WAIT and step.kind is ChangeKind.SUPPLY:
        return Act.WAIT
    return Act.REGISTER if entry.firm_field is not None else Act.SOURCE


def _about(step: FieldChange) -> str:
    """Return the indicator whose sources a step is about; empty where there is none to name.

    Of a group it is the first it follows from; of a qualification it is the indicator that gives
    it, and none while the bank keeps to itself which one it asks for.
    """
    if step.field.code.startswith(INDICATOR_PREFIX):
        return step.field.code.removeprefix(INDICATOR_PREFIX)
    if step.field.code in GROUP_INDICATORS:
        return GROUP_INDICATORS[step.field.code][0]
    if not (step.is_shown and isinstance(step.after, frozenset)):
        return ""
    gained = step.after - _held_before(step)
    return next((indicator for indicator, tag, _ in TAG_INDICATORS if tag in gained), "")


def _supply_text(step: FieldChange) -> str:
    name = step.field.name
    asked_of = [c.threshold_text().removeprefix(name) for c in step.criteria]
    conditions = "，且".join(asked_of) if step.is_shown else ""
    asked = f"（须{conditions}）" if conditions else "（银行未公布具体数值）"
    if step.cause is MissingCause.NOT_AUTHORIZED:
        return f"授权查询{step.field.name}{asked}"
    if step.cause is MissingCause.STALE:
        return f"等{name}的数据更新{asked}"
    if act_of(step) is Act.WAIT:
        return f"等平台收到{name}的数据{asked}"
    if isinstance(step.before, frozenset):
        return f"核实是否在名单上{asked}，已列入的请认定部门报送名单"
    more = "补充" if isinstance(step.before, Missing) else "补充更细的"
    return f"{more}{step.field.name}{asked}"


def _tags_text(step: FieldChange) -> str:
    before = _held_before(step)
    after = step.after if isinstance(step.after, frozenset) else frozenset()
    if not step.is_shown:
        return "取得银行要求的资质，银行未公布是哪一项"
    gained, choice = sorted(after - before), _choice_of(step, before)
    if len(gained) == 1 and choice:
        return "取得其中一项：" + "、".join(tag_name(tag) for tag in choice)
    titles = [tag_name(tag) for tag in gained if not tag.startswith(LIST_PREFIX)]
    lists = [tag_name(tag) for tag in gained if tag.startswith(LIST_PREFIX)]
    said = ["取得：" + "、".join(titles)] if titles else []
    said += ["由街道、园区或部门推荐，列入" + "、".join(lists)] if lists else []
    return "；并且".join(said)


def _held_before(step: FieldChange) -> frozenset[str]:
    return titles.held(step.before) if isinstance(step.before, frozenset) else frozenset()


def _gains_a_list(step: FieldChange) -> bool:
    """Tell whether what is missing is a place on a list, which the firm cannot declare itself."""
    if not (step.is_shown and isinstance(step.after, frozenset)):
        return False
    gained = step.after - _held_before(step)
    return bool(gained) and all(tag.startswith(LIST_PREFIX) for tag in gained)


def _choice_of(step: FieldChange, held: frozenset[str]) -> Sequence[str]:
    """Return the tags of which any one is enough; none where the choice is not that simple."""
    unmet = [c for c in step.criteria if c.judge(held) is not Outcome.ELIGIBLE]
    members = unmet[0].members if len(unmet) == 1 else frozenset[str]()
    refused = [c.members for c in step.criteria if c.operator is Operator.HAS_NONE]
    free = sorted(members.difference(*refused))
    is_free = len(unmet) == 1 and unmet[0].operator is Operator.HAS_ANY
    return free if is_free and 1 < len(free) <= MOST_NAMED else ()


def _blocked(field: Field) -> dict[str, str]:
    code = field.code.removeprefix(INDICATOR_PREFIX)
    why = OTHERS_ONLY.get(code) or GROUP_ONLY.get(code) or _history_words(field)
    act = {"act": Act.REPAIR.value} if _is_repairable(field) else {}
    text = f"{field.name}（{why}）"
    return {"field": field.code, "name": field.name, "text": text, **act}


def _history_words(field: Field) -> str:
    if _is_repairable(field):
        return "是已经发生的记录；符合条件的可以申请信用修复，修复后不再计入"
    if field.code.startswith(INDICATOR_PREFIX):
        return "是已经发生的记录，过了统计期才会变化"
    return "企业自己改变不了"


def _show(step: FieldChange, value: object) -> str:
    return step.criteria[0].show(value)


def _verb(step: FieldChange) -> str:
    if step.field.type is FieldType.CHOICE:
        return "改为"
    if step.kind is ChangeKind.WISH:
        return "改为"
    return "降到" if _goes_down(step) else "提高到"


def _way(step: FieldChange) -> str:
    if step.kind is ChangeKind.WAIT:
        return "还不够，过一段时间再来看"
    if step.field.type is FieldType.CHOICE:
        return "须换一种"
    return "须再低一些" if _goes_down(step) else "须再高一些"


def _goes_down(step: FieldChange) -> bool:
    before, after = step.before, step.after
    return isinstance(before, int | float) and isinstance(after, int | float) and after < before


def _is_repairable(field: Field) -> bool:
    """Return whether the field counts records that credit repair, 信用修复, takes away."""
    entry = indicator_dictionary().indicators.get(field.code.removeprefix(INDICATOR_PREFIX))
    if entry is None or entry.direction is not Direction.HIGHER_IS_WORSE:
        return False
    return any(get_kind(kind).repair is not None for kind in entry.kinds)
