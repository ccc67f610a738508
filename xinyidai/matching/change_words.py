"""差一点 in plain Chinese: what to do, one sentence a step, and where it is done."""

from collections.abc import Mapping, Sequence
from typing import Any

from xinyidai.catalogue.missing import Missing, MissingCause
from xinyidai.matching.mobility import ChangeKind
from xinyidai.matching.nearest import FieldChange, unmet_fields
from xinyidai.matching.values import Act
from xinyidai.products.values import (
    FLAG_SCALE,
    INDICATOR_PREFIX,
    Field,
    FieldType,
    ListedProduct,
    Operator,
    Outcome,
    Readings,
    tag_name,
)

MONTHS = 12
LIST_PREFIX = "whitelist:"
GROUP_ONLY = {"first_loan": "只面向还没有贷过款的企业", "agriculture": "只面向涉农企业"}
MOST_NAMED = 5


ACTS: Mapping[str, Act] = {
    **dict.fromkeys(("amount_fen", "term_months", "guarantee"), Act.WISH),
    **dict.fromkeys(
        ("region_code", "industry", "years_established", "enterprise_kind", "in_operation",
         "registered_capital_fen"),
        Act.REGISTER,
    ),
    **dict.fromkeys(("tags", "employees", "revenue_fen", "scale", "owns_ip"), Act.DECLARE),
    "agriculture": Act.REGISTER,
}  # fmt: skip


def nearest_json(product: ListedProduct, readings: Readings) -> dict[str, Any] | None:
    """Return 差一点 for a stored row; None when the product fits.

    `steps` say what to do for each field that can change; they open the product only together,
    and only when `blocked`, what no firm can change, is empty.
    """
    found = list(unmet_fields(product, readings))
    if not found:
        return None
    return {
        "steps": [step_json(change) for _, change in found if change is not None],
        "blocked": [_blocked(field) for field, change in found if change is None],
    }


def step_json(step: FieldChange) -> dict[str, Any]:
    """Return a step with its sentence; what the bank keeps to itself is not in it."""
    return {
        "field": step.field.code,
        "kind": step.kind.value,
        "text": text_of(step),
        "act": act_of(step).value,
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
    return f"把{step.field.name}从 {before} {_verb(step)} {after}"


def act_of(step: FieldChange) -> Act:
    """Return where the step is done."""
    if step.cause is MissingCause.NOT_AUTHORIZED:
        return Act.AUTHORIZE
    if step.cause is MissingCause.STALE or step.kind is ChangeKind.WAIT:
        return Act.WAIT
    if _gains_a_list(step):
        return Act.LIST
    if step.field.code == "grade":
        return Act.AUTHORIZE if step.kind is ChangeKind.SUPPLY else Act.PROFILE
    return ACTS.get(step.field.code) or (Act.REPAIR if _is_listed(step) else Act.PROFILE)


def _supply_text(step: FieldChange) -> str:
    name = step.field.name
    asked_of = [c.threshold_text().removeprefix(name) for c in step.criteria]
    conditions = "，且".join(asked_of) if step.is_shown else ""
    asked = f"（须{conditions}）" if conditions else "（银行未公布具体数值）"
    if step.cause is MissingCause.NOT_AUTHORIZED:
        return f"授权查询{step.field.name}{asked}"
    if step.cause is MissingCause.STALE:
        return f"等{step.field.name}的数据更新{asked}"
    more = "补充" if isinstance(step.before, Missing) else "补充更细的"
    return f"{more}{step.field.name}{asked}"


def _tags_text(step: FieldChange) -> str:
    before = step.before if isinstance(step.before, frozenset) else frozenset()
    after = step.after if isinstance(step.after, frozenset) else frozenset()
    if not step.is_shown:
        return "取得银行要求的资质，银行未公布是哪一项"
    gained, choice = after - before, _choice_of(step, before)
    if _gains_a_list(step):
        return "由街道、园区或部门推荐，列入" + "、".join(tag_name(tag) for tag in sorted(gained))
    if len(gained) == 1 and choice:
        return "取得其中一项：" + "、".join(tag_name(tag) for tag in choice)
    return "取得：" + "、".join(tag_name(tag) for tag in sorted(gained))


def _gains_a_list(step: FieldChange) -> bool:
    """Tell whether what is missing is a place on a list, which the firm cannot declare itself."""
    if not (step.is_shown and isinstance(step.after, frozenset)):
        return False
    held = step.before if isinstance(step.before, frozenset) else frozenset[str]()
    gained = step.after - held
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
    if code == "years_established":
        why = "只面向成立时间更短的企业"
    elif field.code.startswith(INDICATOR_PREFIX):
        why = "是已经发生的记录，过了统计期才会变化"
    elif field.code in GROUP_ONLY:
        why = GROUP_ONLY[field.code]
    elif field.code == "tags":
        why = "已在银行不接受的名单内，或要求互相矛盾"
    else:
        why = "企业自己改变不了"
    return {"field": field.code, "name": field.name, "text": f"{field.name}（{why}）"}


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


def _is_listed(step: FieldChange) -> bool:
    """Return whether the step leaves a list of bad standing, which credit repair is for."""
    return _goes_down(step) and bool(step.field.scale)
