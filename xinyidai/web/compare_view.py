"""Up to four products side by side, 产品对比: what is picked stands in the address."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from werkzeug.datastructures import MultiDict

from xinyidai.institutions.models import Institution
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.money import format_wan, format_yuan
from xinyidai.products import queries as products
from xinyidai.products.models import ProductVersion
from xinyidai.products.values import LONGEST_MONTHS, AllInCost, Terms, meaning_of
from xinyidai.products.values.terms import REFERENCE_FEN
from xinyidai.web import costs_view
from xinyidai.web.bank.form_reading import FormReader
from xinyidai.web.office import product_view, queries

MOST_PICKS = 4
PICK = "p"
REFERENCE_MONTHS = 12
TOO_MANY = f"最多同时比较 {MOST_PICKS} 款产品，请先去掉一款再加。"
GONE = "有产品不存在或已下架，没有列出。"
# Rows that the comparison reckons itself, for the loan that is asked about.
RECKONED = frozenset({"综合融资成本（年化）"})
Row = dict[str, Any]


@dataclass(frozen=True)
class Picks:
    """The products picked, in order and each once; what could not be taken is told."""

    ids: tuple[UUID, ...]
    is_full: bool = False
    refused: bool = False

    @property
    def query(self) -> str:
        """Return the picks as they stand in an address."""
        return urlencode([(PICK, str(one)) for one in self.ids])

    def with_(self, product_id: UUID) -> str:
        """Return the address's query with one product more."""
        return urlencode([*((PICK, str(one)) for one in self.ids), (PICK, str(product_id))])

    def without(self, product_id: UUID) -> str:
        """Return the address's query with one product less."""
        return urlencode([(PICK, str(one)) for one in self.ids if one != product_id])


@dataclass(frozen=True)
class Case:
    """The loan for which costs are compared, and how it was typed."""

    amount_fen: int
    months: int
    values: Mapping[str, str]
    errors: Mapping[str, str]


@dataclass(frozen=True)
class Compared:
    """One product of the comparison with its institution and its cost in the case."""

    version: ProductVersion
    institution: Institution
    cost: AllInCost | None


def read_picks(args: MultiDict[str, str]) -> Picks:
    """Return what the address picks; what is no id is left out, a fifth is refused."""
    found: dict[UUID, None] = {}
    for raw in args.getlist(PICK)[: 10 * MOST_PICKS]:
        try:
            found[UUID(raw)] = None
        except ValueError:
            continue
    ids = tuple(found)
    return Picks(ids[:MOST_PICKS], len(ids) >= MOST_PICKS, len(ids) > MOST_PICKS)


def read_case(args: Mapping[str, str], amount_fen: int | None, months: int | None) -> Case:
    """Return the loan of the address, else the one given, else 100 万元 for a year."""
    default = (amount_fen or REFERENCE_FEN, months or REFERENCE_MONTHS)
    values = {
        "amount": args.get("amount", "").strip()[:20] or _wan(default[0]),
        "months": args.get("months", "").strip()[:5] or str(default[1]),
    }
    reader = FormReader(values)
    amount, term = reader.wan("amount"), reader.whole("months")
    if amount is not None and amount <= 0:
        reader.errors["amount"] = "借款金额须大于零。"
    if term is not None and not 1 <= term <= LONGEST_MONTHS:
        reader.errors["months"] = f"期限须在 1 至 {LONGEST_MONTHS} 个月之间。"
    if reader.errors or amount is None or term is None:
        return Case(*default, values, reader.errors)
    return Case(amount, term, values, {})


def compared(picks: Picks, case: Case) -> list[Compared]:
    """Return the products on sale among the picks, in their order."""
    found = [products.find_listed_version(one) for one in picks.ids]
    versions = [version for version in found if version is not None]
    institutions = queries.institutions_of(versions)
    return [
        Compared(
            version,
            institutions[version.product.institution_id],
            _cost(version.terms, case),
        )
        for version in versions
    ]


def context(
    picks: Picks,
    case: Case,
    own: Callable[[Compared], Mapping[str, str]] | None = None,
) -> dict[str, Any]:
    """Return what the page shows; `own` gives the firm's outcome for a product, row by row."""
    shown = compared(picks, case)
    return {
        "picks": picks,
        "case": case,
        "notices": _notices(picks, shown),
        "columns": [
            {"key": "label", "label": "项目", "head": True},
            *({"key": str(n), "label": one.version.name} for n, one in enumerate(shown)),
        ],
        "rows": _rows(shown, case, own),
        "shown": [
            {
                "name": one.version.name,
                "bank": one.institution.short_name,
                "product_id": one.version.product_id,
                "without": picks.without(one.version.product_id),
            }
            for one in shown
        ],
    }


def _notices(picks: Picks, shown: Sequence[Compared]) -> list[str]:
    notices = [TOO_MANY] if picks.refused else []
    return [*notices, GONE] if len(shown) < len(picks.ids) else notices


def _rows(
    shown: Sequence[Compared],
    case: Case,
    own: Callable[[Compared], Mapping[str, str]] | None,
) -> list[Row]:
    parts = [
        {**(own(one) if own else {}), **_reckoned(one, case), **_published(one)} for one in shown
    ]
    labels = list(dict.fromkeys(label for part in parts for label in part))
    return [
        {"label": label, **{str(n): part.get(label, "—") for n, part in enumerate(parts)}}
        for label in labels
    ]


def _reckoned(one: Compared, case: Case) -> dict[str, str]:
    cost = one.cost
    fees = costs_view.UNPUBLISHED
    if not meaning_of(one.version.kind).lends:
        words = f"{costs_view.NOT_LENT}（{meaning_of(one.version.kind).basis}）"
        return {
            "综合融资成本（年化）": words,
            "折成合同利率口径": costs_view.NOT_LENT,
            "利息合计": "不收利息",
            "费用合计（企业承担）": costs_view.fees_text(one.version.terms, one.version.kind),
            "这笔借款在范围内吗": _within(one.version.terms, case),
        }
    if cost is not None:
        fees = _fees(cost)
    return {
        "这笔借款在范围内吗": _within(one.version.terms, case),
        "综合融资成本（年化）": costs_view.rate_text(cost),
        "折成合同利率口径": costs_view.nominal_text(cost),
        "利息合计": costs_view.UNPUBLISHED if cost is None else format_yuan(cost.interest_fen),
        "费用合计（企业承担）": fees,
    }


def _fees(cost: AllInCost) -> str:
    if cost.is_complete:
        return format_yuan(cost.fees_fen)
    known = f"至少 {format_yuan(cost.fees_fen)}，另有费用" if cost.fees_fen else ""
    return known + costs_view.UNPUBLISHED


def _published(one: Compared) -> dict[str, str]:
    rows = product_view.public_rows(one.version, one.institution)
    said = {
        row["label"]: row["value"] or row.get("note", costs_view.UNPUBLISHED)
        for row in rows
        if row["label"] not in RECKONED
    }
    criteria = product_view.criterion_rows(one.version, public=True)
    conditions = [row["condition"] for row in criteria]
    return {
        **said,
        "准入条件（平台核对）": "；".join(conditions) or "没有公布可以核对的条件",
        "其他条件（银行核实）": "；".join(one.version.text_conditions) or "没有",
    }


def _within(terms: Terms, case: Case) -> str:
    faults = []
    if (terms.amount_max_fen or case.amount_fen) < case.amount_fen:
        faults.append(f"超过最高额度 {format_wan(terms.amount_max_fen)}")
    if (terms.amount_min_fen or 0) > case.amount_fen:
        faults.append(f"低于最低额度 {format_wan(terms.amount_min_fen)}")
    if (terms.term_max_months or case.months) < case.months:
        faults.append(f"超过最长期限 {terms.term_max_months} 个月")
    if (terms.term_min_months or 0) > case.months:
        faults.append(f"短于最短期限 {terms.term_min_months} 个月")
    return "；".join(faults) or "在公布的范围内"


def _cost(terms: Terms, case: Case) -> AllInCost | None:
    try:
        return terms.cost_of(case.amount_fen, case.months)
    except InvalidInput:
        return None


def _wan(fen: int) -> str:
    return format_wan(fen).removesuffix(" 万元").replace(",", "")
