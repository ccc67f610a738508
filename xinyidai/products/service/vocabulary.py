"""What criteria and required items may name: the indicator dictionary and the credit catalogue."""

from functools import lru_cache

from xinyidai.catalogue.indicators import Direction, Indicator, Unit, indicator_dictionary
from xinyidai.catalogue.kinds import ITEMS
from xinyidai.consents.service import purpose_in_force
from xinyidai.products.values import FLAG_SCALE, OTHER_REASON, IndicatorInfo, IndicatorNames

PRE_LOAN = "pre_loan"
CREDIT_RECORD = "credit_record"
# The usual reason for a refusal by the section of the dictionary an indicator stands in.
REASON_OF_SECTION = {
    "tax_social": "insufficient_turnover",
    "invoicing": "insufficient_turnover",
    "compliance": CREDIT_RECORD,
    "commitments": CREDIT_RECORD,
    "assets": "excessive_debt",
}
UNIT_NAMES = {
    Unit.PEOPLE: "人",
    Unit.MONTHS: "个月",
    Unit.YEARS: "年",
    Unit.RATIO: "%",
    Unit.KWH: "千瓦时",
    Unit.AREA: "平方米",
    Unit.MU: "亩",
}


@lru_cache
def indicator_names() -> IndicatorNames:
    """Return the indicators a criterion may ask about, as the dictionary describes them."""
    return {code: _info(entry) for code, entry in indicator_dictionary().indicators.items()}


def known_items() -> frozenset[str]:
    """Return the authorization items of the catalogue, 授权事项."""
    return frozenset(ITEMS)


def pre_loan_items() -> frozenset[str]:
    """Return the items that the purpose 贷前审查 may cover, as its template in force says."""
    return purpose_in_force(PRE_LOAN).purpose.caps.items


def _info(entry: Indicator) -> IndicatorInfo:
    scale = FLAG_SCALE if entry.unit is Unit.FLAG else entry.scale or {}
    return IndicatorInfo(
        entry.name,
        entry.counter or UNIT_NAMES.get(entry.unit, ""),
        is_money=entry.unit is Unit.AMOUNT,
        scale=scale,
        supply=entry.supply.text,
        about=entry.definition,
        reason_code=_reason(entry),
        section=indicator_dictionary().sections[entry.section],
    )


def _reason(entry: Indicator) -> str:
    usual = REASON_OF_SECTION.get(entry.section, OTHER_REASON)
    is_debt = entry.direction is Direction.HIGHER_IS_WORSE and entry.section == "tax_social"
    return CREDIT_RECORD if is_debt else usual
