"""Amount, term, price and repayment in the sentences of a published product, 产品要素."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from xinyidai.kernel.money import Yuan
from xinyidai.products.amounts import MONTHS_A_YEAR, WAN_IN_YI
from xinyidai.products.clauses import Section
from xinyidai.products.values import (
    BorneBy,
    CostBasis,
    CostCode,
    CostItem,
    RepaymentMethod,
)

HUNDRED = Decimal(100)
_UP_TO = r"(?:最高|最多|高|不超过|可达|可至|上限)"
_AMOUNT = re.compile(
    rf"(?:额度|授信|贷款|可贷)[^。;；0-9%]{{0,12}}{_UP_TO}[^。;；0-9]{{0,8}}"
    r"(\d+(?:\.\d+)?)\s*(万|亿)"
)
_AMOUNT_IN_TERMS = re.compile(rf"{_UP_TO}[^。;；0-9]{{0,8}}(\d+(?:\.\d+)?)\s*(万|亿)")
_TERM = re.compile(r"期限?[^。;；0-9]{0,10}(\d+)\s*(年|个月)")
_RATE = re.compile(
    r"(?:年化利率|年利率|利率)(?P<how>[^。;；0-9%]{0,8}?)(?P<low>\d+(?:\.\d+)?)\s*%"
    r"(?:\s*(?:[-~至到—–])\s*(?P<high>\d+(?:\.\d+)?)\s*%)?(?P<after>起|以内|以下)?"
)
# A rate under these words is not what the firm pays.
_NOT_THE_RATE = re.compile(r"贴息|补助|补贴|上浮|下浮|基准|LPR|优惠|降低|折")
_FROM = re.compile(r"最低|低至|起")
_TO = re.compile(r"最高|不超过|上限|以内|以下")
REPAYMENT_WORDS: tuple[tuple[str, RepaymentMethod], ...] = (
    ("等额本息", RepaymentMethod.EQUAL_INSTALMENTS),
    ("等额本金", RepaymentMethod.EQUAL_PRINCIPAL),
    (
        "先息后本|(?:按[月季期]|分期)付息[^。;；]{0,6}(?:到期|一次)[^。;；]{0,4}还?本",
        RepaymentMethod.INTEREST_FIRST,
    ),
    ("利随本清|到期一次性?还本付息", RepaymentMethod.LUMP_SUM),
    ("随借随还|随用随贷|随贷随还|循环使用|周转使用", RepaymentMethod.REVOLVING),
)  # fmt: skip
_NO_FEES = re.compile(r"(?:免收?|零|无|不收取?)(?:任何|其他|一切)(?:手续费|费用|收费)")
_YEARLY_FEE = re.compile(
    r"(?P<name>担保费|保险费|保费|服务费|评估费|公证费|登记费)(?P<words>[^。;；,，0-9%]{0,8})"
    r"(?P<rate>\d+(?:\.\d+)?)\s*%(?P<after>\s*(?:/年|每年|一年))?"
)
FEE_CODES = {
    "担保费": CostCode.GUARANTEE_FEE,
    "保险费": CostCode.INSURANCE_FEE,
    "保费": CostCode.INSURANCE_FEE,
    "服务费": CostCode.SERVICE_FEE,
    "评估费": CostCode.EVALUATION_FEE,
    "公证费": CostCode.NOTARY_FEE,
    "登记费": CostCode.REGISTRATION_FEE,
}


@dataclass
class TermWords:
    """What one clause says of a product's terms; `numbers` are those it took, as written."""

    amounts: list[int] = field(default_factory=list)
    months: list[int] = field(default_factory=list)
    rates: list[tuple[Decimal | None, Decimal | None]] = field(default_factory=list)
    repayments: list[RepaymentMethod] = field(default_factory=list)
    fees: list[CostItem] = field(default_factory=list)
    has_no_fees: bool = False
    numbers: list[str] = field(default_factory=list)

    @property
    def found_any(self) -> bool:
        """Say whether the clause speaks of terms at all."""
        return bool(
            self.amounts
            or self.months
            or self.rates
            or self.repayments
            or self.fees
            or self.has_no_fees
        )


def terms_in(clause: str, section: Section) -> TermWords:
    """Return the terms one clause states."""
    found = TermWords()
    if section in {Section.DOCUMENTS, Section.PROCESS, Section.CONTACT, Section.EXCLUSIONS}:
        return found
    pattern = _AMOUNT_IN_TERMS if section is Section.TERMS else _AMOUNT
    for number, unit in pattern.findall(clause):
        wan = Decimal(number) * (WAN_IN_YI if unit == "亿" else 1)
        found.amounts.append(Yuan.of_wan(wan).fen)
        found.numbers.append(number)
    for number, unit in _TERM.findall(clause):
        found.months.append(int(number) * (MONTHS_A_YEAR if unit == "年" else 1))
        found.numbers.append(number)
    _read_rates(clause, found)
    found.repayments = [method for words, method in REPAYMENT_WORDS if re.search(words, clause)]
    _read_fees(clause, found)
    return found


def one_of(methods: Iterable[RepaymentMethod]) -> RepaymentMethod:
    """Return the only method that is named; several, or none, are to be negotiated."""
    named = set(methods)
    return named.pop() if len(named) == 1 else RepaymentMethod.NEGOTIABLE


def _read_rates(clause: str, found: TermWords) -> None:
    if _NOT_THE_RATE.search(clause):
        return
    for rate in _RATE.finditer(clause):
        low, high = Decimal(rate["low"]) / HUNDRED, rate["high"]
        words = f"{rate['how']}{rate['after'] or ''}"
        found.numbers += [number for number in (rate["low"], high) if number]
        if high:
            found.rates.append((low, Decimal(high) / HUNDRED))
        elif _FROM.search(words):
            found.rates.append((low, None))
        else:
            found.rates.append((None if _TO.search(words) else low, low))


def _read_fees(clause: str, found: TermWords) -> None:
    found.has_no_fees = bool(_NO_FEES.search(clause))
    for fee in _YEARLY_FEE.finditer(clause):
        if not (fee["after"] or "年" in fee["words"]):
            continue
        found.numbers.append(fee["rate"])
        found.fees.append(
            CostItem(
                FEE_CODES[fee["name"]],
                CostBasis.PER_YEAR_OF_AMOUNT,
                Decimal(fee["rate"]) / HUNDRED,
                BorneBy.FIRM,
            )
        )
