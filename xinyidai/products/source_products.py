"""Put what was read from a published product list into facts a bank could have drafted.

Layouts are read by `importing_tables` (CSV) and `importing_pages` (JSON of a bank's pages); both
give source products whose parts, joined, are the source. What becomes of each part is accounted
for piece by piece (see `accounting`).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from xinyidai.kernel.errors import InvalidInput
from xinyidai.products.accounting import Accounted, Fate, Part, PartsRead, read_parts
from xinyidai.products.rules import check_facts
from xinyidai.products.term_words import TermWords, one_of
from xinyidai.products.values import GuaranteeKind, ProductFacts, ProductKind, Terms

PERSONAL = "个人产品，不属于企业融资"
NO_PRODUCT = "栏目页，只列出产品名称"

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


@dataclass(frozen=True)
class Stated:
    """What a list gives in columns of its own, not in sentences."""

    amount_min_fen: int | None = None
    amount_max_fen: int | None = None
    months: int | None = None
    rate_min: Decimal | None = None
    rate_max: Decimal | None = None
    rate_words: str = ""
    guarantee: str = ""

    @property
    def words(self) -> TermWords:
        """Return what the columns say as what stands before the text."""
        found = TermWords()
        found.amounts = [self.amount_max_fen] if self.amount_max_fen else []
        found.months = [self.months] if self.months else []
        if self.rate_min is not None or self.rate_max is not None or self.rate_words:
            found.rates = [(self.rate_min, self.rate_max)]
        return found


@dataclass(frozen=True)
class SourceProduct:
    """One product as its source tells it; `row` counts from 1, `problem` says why it is none.

    `cells` are the columns that are no sentences, with the product's term each became.
    """

    row: int
    bank: str
    name: str
    kind_text: str
    source: str
    parts: tuple[Part, ...] = ()
    cells: tuple[Accounted, ...] = ()
    stated: Stated = Stated()
    target: str = ""
    description: str = ""
    problem: str = ""


@dataclass(frozen=True)
class ProductReading:
    """What became of one product of a list: its facts, or why it was not taken; and each piece."""

    row: int
    bank: str
    name: str
    facts: ProductFacts | None
    problem: str
    accounted: tuple[Accounted, ...]


def read_products(sources: list[SourceProduct]) -> list[ProductReading]:
    """Return what became of each; the second of one name and bank is not taken."""
    readings: list[ProductReading] = []
    seen: set[str] = set()
    for source in sources:
        read = read_parts(source.parts, source.stated.words)
        try:
            facts = _new_facts(source, read, seen)
        except InvalidInput as error:
            readings.append(_refused(source, error.message))
            continue
        seen.add(facts.code)
        accounted = (*source.cells, *read.accounted)
        readings.append(ProductReading(source.row, source.bank, source.name, facts, "", accounted))
    return readings


def _refused(source: SourceProduct, problem: str) -> ProductReading:
    pieces = [Accounted(cell.column, cell.text, Fate.NOT_TAKEN, problem) for cell in source.cells]
    pieces += [Accounted(part.column, part.text, Fate.NOT_TAKEN, problem) for part in source.parts]
    return ProductReading(source.row, source.bank, source.name, None, problem, tuple(pieces))


def _new_facts(source: SourceProduct, read: PartsRead, seen: set[str]) -> ProductFacts:
    facts = _facts(source, read)
    if facts.code in seen:
        raise InvalidInput("同一机构的同名产品已在列表中")
    return facts


def _facts(source: SourceProduct, read: PartsRead) -> ProductFacts:
    if source.problem:
        raise InvalidInput(source.problem)
    if not source.bank or not source.name:
        raise InvalidInput("缺少机构名称或产品名称")
    if "个人" in source.kind_text and "经营" not in source.kind_text:
        raise InvalidInput(PERSONAL)
    kind = _kind(source.kind_text, source.name)
    facts = ProductFacts(
        code="CN-" + hashlib.sha256(f"{source.bank}|{source.name}".encode()).hexdigest()[:12],
        name=source.name,
        kind=kind,
        terms=_terms(source.stated, read, kind),
        region_codes=tuple(read.regions),
        criteria=tuple(read.criteria.values()),
        text_conditions=tuple(read.texts),
        documents=tuple(read.documents),
        target=source.target,
        description=source.description,
        institution_name=source.bank,
        source=source.source,
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


def _terms(stated: Stated, read: PartsRead, kind: ProductKind) -> Terms:
    rate_min, rate_max = read.rates[0] if read.rates else (None, None)
    return Terms(
        amount_min_fen=stated.amount_min_fen,
        amount_max_fen=read.amounts[0] if read.amounts else None,
        term_max_months=read.months[0] if read.months else None,
        rate_min=rate_min,
        rate_max=rate_max,
        fee_note=stated.rate_words,
        guarantee=_guarantee(stated.guarantee, kind),
        repayment=one_of(read.repayments),
        cost_items=read.cost_items,
    )


def _guarantee(raw: str, kind: ProductKind) -> GuaranteeKind:
    for words, guarantee in GUARANTEE_WORDS:
        if raw and re.search(words, raw):
            return guarantee
    return GUARANTEE_OF_KIND.get(kind, GuaranteeKind.NEGOTIABLE)
