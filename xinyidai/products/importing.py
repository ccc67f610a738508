"""Read a published list of loan products (CSV, .gz allowed) into facts a bank could have drafted.

Columns: source, bank, product, type, amount_min_wan, amount_max_wan (万元), rate_lo_pct,
rate_hi_pct (percent a year), term_months, guarantee, target, conditions, description. Conditions
become criteria where `conditions` finds a pattern for the whole clause; the rest stays text.
"""

import csv
import gzip
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.money import Yuan
from xinyidai.products.conditions import read_conditions
from xinyidai.products.rules import check_facts
from xinyidai.products.values import GuaranteeKind, ProductFacts, ProductKind, Terms

Row = Mapping[str, str]
COLUMNS = frozenset(
    {"source", "bank", "product", "type", "amount_min_wan", "amount_max_wan", "rate_lo_pct",
     "rate_hi_pct", "term_months", "guarantee", "target", "conditions", "description"}
)  # fmt: skip
PERSONAL = "个人产品，不属于企业融资"
HUNDRED = Decimal(100)
MONTHS_A_YEAR = 12

# First match wins; read over type and name, then over the type alone.
KIND_WORDS: tuple[tuple[str, ProductKind], ...] = (
    ("知识产权|专利|商标", ProductKind.IP_PLEDGE_LOAN),
    ("保函", ProductKind.GUARANTEE_LETTER),
    ("保理|供应链|订单", ProductKind.SUPPLY_CHAIN),
    ("承兑|汇票|票据|贴现|商换银", ProductKind.BILL),
    ("应收账款", ProductKind.RECEIVABLES),
    ("委托", ProductKind.ENTRUSTED_LOAN),
    ("政策|贴息|再贷款|助保", ProductKind.POLICY_LOAN),
    ("农|养殖|种植", ProductKind.AGRICULTURE_LOAN),
    ("信用", ProductKind.CREDIT_LOAN),
    ("抵押|房产", ProductKind.MORTGAGE_LOAN),
    ("质押|仓单", ProductKind.PLEDGE_LOAN),
    ("保证|担保", ProductKind.GUARANTEED_LOAN),
    ("小微|微贷|商贷|个体", ProductKind.MICRO_LOAN),
    ("企业|经营|流动|科技|创业|贷", ProductKind.WORKING_CAPITAL),
)
GUARANTEE_WORDS: tuple[tuple[str, GuaranteeKind], ...] = (
    ("[+＋/、,，;；或和及]", GuaranteeKind.COMBINED),
    ("知识产权|专利|商标", GuaranteeKind.IP_PLEDGE),
    ("应收账款", GuaranteeKind.RECEIVABLES_PLEDGE),
    ("信用|免担保|无抵押", GuaranteeKind.CREDIT),
    ("抵押", GuaranteeKind.MORTGAGE),
    ("质押", GuaranteeKind.PLEDGE),
    ("保证金", GuaranteeKind.DEPOSIT),
    ("保证|担保", GuaranteeKind.GUARANTY),
)
GUARANTEE_OF_KIND: Mapping[ProductKind, GuaranteeKind] = {
    ProductKind.CREDIT_LOAN: GuaranteeKind.CREDIT,
    ProductKind.MORTGAGE_LOAN: GuaranteeKind.MORTGAGE,
    ProductKind.PLEDGE_LOAN: GuaranteeKind.PLEDGE,
    ProductKind.GUARANTEED_LOAN: GuaranteeKind.GUARANTY,
    ProductKind.IP_PLEDGE_LOAN: GuaranteeKind.IP_PLEDGE,
    ProductKind.RECEIVABLES: GuaranteeKind.RECEIVABLES_PLEDGE,
}
_AMOUNT = re.compile(
    r"(?:额度|授信|贷款|可贷)[^。;；0-9]{0,12}(?:最高|最多|高|不超过|可达|可至)[^。;；0-9]{0,8}"
    r"(\d+(?:\.\d+)?)\s*(万|亿)"
)
_TERM = re.compile(r"期限[^。;；0-9]{0,10}(\d+)\s*(年|个月)")
_RATE = re.compile(
    r"(?<!贴息后)(?:年化利率|年利率|利率)[^。;；0-9%]{0,8}(\d+(?:\.\d+)?)\s*%"
    r"(?:\s*[-~至—–]\s*(\d+(?:\.\d+)?)\s*%)?"
)
WAN_IN_YI = 10_000


@dataclass(frozen=True)
class Rejected:
    """A row that was not taken, and why, in Chinese; `row` counts from 1 below the heading."""

    row: int
    name: str
    reason: str


def parse_product_rows(path: Path) -> tuple[list[ProductFacts], list[Rejected]]:
    """Return what could be read and what could not; a file without the columns is refused."""
    taken: list[ProductFacts] = []
    rejected: list[Rejected] = []
    seen: set[str] = set()
    for number, row in enumerate(_rows(path), start=1):
        name = row["product"].strip()
        try:
            facts = _facts(row)
        except InvalidInput as error:
            rejected.append(Rejected(number, name, error.message))
            continue
        if facts.code in seen:
            rejected.append(Rejected(number, name, "同一机构的同名产品已在列表中"))
            continue
        seen.add(facts.code)
        taken.append(facts)
    return taken, rejected


def _rows(path: Path) -> Iterator[Row]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        if COLUMNS - set(reader.fieldnames or ()):
            raise InvalidInput("文件缺少必要的列,不是产品清单。")
        for row in reader:
            yield {column: row.get(column) or "" for column in COLUMNS}


def _facts(row: Row) -> ProductFacts:
    bank, name, kind_text = (row[column].strip() for column in ("bank", "product", "type"))
    if not bank or not name:
        raise InvalidInput("缺少机构名称或产品名称")
    if "个人" in kind_text and "经营" not in kind_text:
        raise InvalidInput(PERSONAL)
    kind = _kind(kind_text, name)
    found = read_conditions(row["target"], row["conditions"])
    facts = ProductFacts(
        code="CN-" + hashlib.sha256(f"{bank}|{name}".encode()).hexdigest()[:12],
        name=name,
        kind=kind,
        terms=_terms(row, kind),
        region_codes=found.region_codes,
        criteria=found.criteria,
        text_conditions=found.text_conditions,
        target=row["target"].strip(),
        description=row["description"].strip(),
        institution_name=bank,
        source=row["source"].strip(),
    )
    problems = check_facts(facts)
    if problems:
        raise InvalidInput("".join(problems.values()))
    return facts


def _kind(kind_text: str, name: str) -> ProductKind:
    for text in (f"{kind_text} {name}", kind_text):
        for words, kind in KIND_WORDS:
            if re.search(words, text):
                return kind
    raise InvalidInput(f"产品类型“{kind_text}”无法识别")


def _terms(row: Row, kind: ProductKind) -> Terms:
    text = f"{row['conditions']};{row['description']}"
    rate_min, rate_max, note = _rates(row, text)
    return Terms(
        amount_min_fen=_fen(row["amount_min_wan"]),
        amount_max_fen=_fen(row["amount_max_wan"]) or _amount_in(text),
        term_max_months=_months(row["term_months"]) or _term_in(text),
        rate_min=rate_min,
        rate_max=rate_max,
        fee_note=note,
        guarantee=_guarantee(row["guarantee"].strip(), kind),
    )


def _fen(raw: str) -> int | None:
    return Yuan.of_wan(raw).fen if raw.strip() else None


def _amount_in(text: str) -> int | None:
    amounts = [
        Yuan.of_wan(Decimal(number) * (WAN_IN_YI if unit == "亿" else 1)).fen
        for number, unit in _AMOUNT.findall(text)
    ]
    return max(amounts, default=None)


def _months(raw: str) -> int | None:
    if not raw.strip():
        return None
    months = _decimal(raw)
    if months is None or months != months.to_integral_value():
        raise InvalidInput(f"期限“{raw}”不是整月数")
    return int(months)


def _term_in(text: str) -> int | None:
    months = [
        int(number) * (MONTHS_A_YEAR if unit == "年" else 1) for number, unit in _TERM.findall(text)
    ]
    return max(months, default=None)


def _rates(row: Row, text: str) -> tuple[Decimal | None, Decimal | None, str]:
    raw_low, raw_high = row["rate_lo_pct"].strip(), row["rate_hi_pct"].strip()
    low, high = _decimal(raw_low), _decimal(raw_high)
    if (raw_low and low is None) or (raw_high and high is None):
        # A rate tied to a benchmark is words, not a number.
        words = " 至 ".join(dict.fromkeys(filter(None, (raw_low, raw_high))))
        return _fraction(low), _fraction(high), f"利率:{words}"
    if low is None and high is None:
        found = _RATE.search(text)
        if found:
            low, high = _decimal(found.group(1)), _decimal(found.group(2) or "")
    return _fraction(low), _fraction(high), ""


def _decimal(raw: str) -> Decimal | None:
    try:
        number = Decimal(raw.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _fraction(percent: Decimal | None) -> Decimal | None:
    return None if percent is None else percent / HUNDRED


def _guarantee(raw: str, kind: ProductKind) -> GuaranteeKind:
    for words, guarantee in GUARANTEE_WORDS:
        if raw and re.search(words, raw):
            return guarantee
    return GUARANTEE_OF_KIND.get(kind, GuaranteeKind.NEGOTIABLE)
