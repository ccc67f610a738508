"""Every indicator once more, by plain loops over records: what the engines must agree with.

Written from the words of the dictionary and sharing no code with the formulas, so that a wrong
formula is found and not only an engine that disagrees.
"""

from calendar import monthrange
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Any

from xinyidai.catalogue.indicators import Indicator, WhenAbsent, indicator_dictionary

Record = Mapping[str, Any]
Number = int | float


@dataclass(frozen=True)
class Firm:
    """What is known of one firm on a day: facts of the register and records up to the day."""

    facts: Any
    records: tuple[Record, ...]
    today: date

    def of(self, *kinds: str, months: int | None = None, also_ended: bool = False) -> list[Record]:
        """Return records of some kinds, in their window and within their validity."""
        found = []
        for record in self.records:
            if record["kind"] not in kinds:
                continue
            end = record["valid_until"]
            if end is not None and end < self.today and not also_ended:
                continue
            if months is not None and record["occurred_on"] <= _months_back(self.today, months):
                continue
            found.append(record)
        return found

    def by_month(self, *kinds: str, first: int, last: int = 0) -> list[Record]:
        """Return records of whole months: `first` months back until `last` months back."""
        wanted = set()
        year, month = self.today.year, self.today.month
        for back in range(1, first + 1):
            month -= 1
            if month == 0:
                year, month = year - 1, 12
            if back > last:
                wanted.add((year, month))
        return [
            record
            for record in self.records
            if record["kind"] in kinds
            and (record["occurred_on"].year, record["occurred_on"].month) in wanted
        ]


Value = Number | None
Rule = Callable[[Firm], Value]


def _months_back(day: date, months: int) -> date:
    year, month = day.year, day.month
    for _ in range(months):
        month -= 1
        if month == 0:
            year, month = year - 1, 12
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _sum(records: Iterable[Record], column: str = "amount_fen") -> Any:
    """Return the sum of what is told, or nothing when nothing is."""
    told = [record[column] for record in records if record[column] is not None]
    return sum(told) if told else None


def _plain(value: Any) -> Value:
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def _count(*kinds: str, months: int | None = None, also_ended: bool = False) -> Rule:
    return lambda firm: len(firm.of(*kinds, months=months, also_ended=also_ended))


def _count_of(kind: str, level: str, **chosen: Any) -> Rule:
    return lambda firm: sum(r["level"] == level for r in firm.of(kind, **chosen))


def _any(*kinds: str) -> Rule:
    return lambda firm: 1 if firm.of(*kinds) else 0


def _amount(kind: str, **chosen: Any) -> Rule:
    return lambda firm: _sum(firm.of(kind, **chosen)) or 0


def _told(records: Callable[[Firm], list[Record]], column: str = "amount_fen") -> Rule:
    """Return 0 for no record, nothing where there are records and none says a number."""

    def rule(firm: Firm) -> Value:
        found = records(firm)
        return _plain(_sum(found, column)) if found else 0

    return rule


def _told_of(kind: str, column: str = "amount_fen", **chosen: Any) -> Rule:
    return _told(lambda firm: firm.of(kind, **chosen), column)


def _month_amount(*kinds: str) -> Rule:
    return lambda firm: _sum(firm.by_month(*kinds, first=12)) or 0


def _month_quantity(kind: str) -> Rule:
    return lambda firm: _plain(_sum(firm.by_month(kind, first=12), "quantity"))


def _divide(over: Any, under: Any) -> Value:
    if over is None or under is None or under <= 0:
        return None
    return floor(Fraction(over) / Fraction(under) * 10**9 + Fraction(1, 2)) / 10**9


def _growth(kind: str, column: str, level: str | None = None) -> Rule:
    def total(firm: Firm, first: int, last: int) -> Any:
        found = firm.by_month(kind, first=first, last=last)
        found = [r for r in found if level is None or r["level"] == level]
        value = _sum(found, column)
        # A firm without any record at all has no sums; with some, amounts start at zero.
        return (value or 0) if column == "amount_fen" and firm.records else value

    def rule(firm: Firm) -> Value:
        now, before = total(firm, 12, 0), total(firm, 24, 12)
        return None if now is None or before is None else _divide(now - before, before)

    return rule


def _newest(records: Iterable[Record], number: Callable[[Record], Any]) -> Any:
    """Return the number of the newest record that has one; of one day the largest."""
    found = [(r["occurred_on"], number(r)) for r in records if number(r) is not None]
    return max(found)[1] if found else None


def _grade(kind: str, scale: Mapping[str, Number]) -> Rule:
    return lambda firm: _newest(firm.of(kind), lambda r: scale.get(r["level"]))


def _staff(kind: str) -> Rule:
    return lambda firm: _whole(_newest(firm.by_month(kind, first=12), lambda r: r["quantity"]))


def _whole(value: Any) -> Value:
    return None if value is None else int(value)


def _staff_change(firm: Firm) -> Value:
    now, before = (
        _newest(firm.by_month("social_insurance", first=f, last=t), lambda r: r["quantity"])
        for f, t in ((12, 0), (24, 12))
    )
    return None if now is None or before is None else _divide(now - before, before)


def _paying(kind: str) -> Rule:
    bad = ("suspended", "in_arrears", "closed")
    return lambda firm: len(
        {
            (r["occurred_on"].year, r["occurred_on"].month)
            for r in firm.by_month(kind, first=12)
            if r["level"] not in bad and (r["quantity"] or 0) > 0
        }
    )


def _arrears(*kinds: str) -> Rule:
    return lambda firm: sum((r["overdue_fen"] or 0) > 0 for r in firm.by_month(*kinds, first=12))


def _invoices(firm: Firm, months: int, side: str = "output") -> list[Record]:
    found = firm.by_month("monthly_invoicing", first=months)
    return [record for record in found if record["level"] == side]


def _invoice_share(over: str, under: str) -> Rule:
    def rule(firm: Firm) -> Value:
        found = _invoices(firm, 36)
        below = _sum(found, under)
        return _divide(_sum(found, over), (below or 0) if under == "amount_fen" else below)

    return rule


def _invoice_margin(firm: Firm) -> Value:
    sold, bought = (_sum(_invoices(firm, 36, side)) or 0 for side in ("output", "input"))
    return _divide(sold - bought, sold)


def _active_months(firm: Firm) -> int:
    return len(
        {
            (r["occurred_on"].year, r["occurred_on"].month)
            for r in _invoices(firm, 36)
            if (r["quantity"] or 0) > 0
        }
    )


def _best_level(kind: str, levels: Mapping[str, int], *, unknown: int | None) -> Rule:
    def rule(firm: Firm) -> Value:
        found = firm.of(kind)
        known = [levels[r["level"]] for r in found if r["level"] in levels]
        if known:
            return max(known)
        return unknown if found else 0

    return rule


def _failed_inspections(firm: Firm) -> int:
    product = [r for r in firm.of("product_inspection", months=24) if r["level"] == "failed"]
    visits = firm.of("administrative_inspection", months=24)
    return len(product) + sum(r["level"] in {"handled", "absent"} for r in visits)


def _safety_licence(firm: Firm) -> int:
    bad = {"暂扣", "注销", "撤销", "过期"}
    return 1 if any(r["level"] not in bad for r in firm.of("safety_licence")) else 0


def _open_loans(firm: Firm) -> list[Record]:
    return [r for r in firm.of("loan_record") if r["level"] != "settled"]


def _age(firm: Firm) -> Value:
    born, today = firm.facts.established_on, firm.today
    if born is None:
        return None
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    return _plain(Fraction(months, 12)) if months % 12 == 0 else _divide(months, 12)


LETTERS = {"AAA": 5, "AA": 4, "A": 3, "B": 2, "C": 1}
FOUR = {"A": 4, "B": 3, "C": 2, "D": 1}
LEVELS = {"national": 4, "provincial": 3, "municipal": 2, "district": 1}
RULES: dict[str, Rule] = {
    "years_established": _age,
    "registered_capital": lambda firm: firm.facts.registered_capital_fen,
    "employees_reported": lambda firm: firm.facts.employees,
    "revenue_reported": lambda firm: firm.facts.revenue_fen,
    "changes_12m": _count("registration_change", months=12),
    "electricity_12m": _month_quantity("electricity_usage"),
    "electricity_change_12m": _growth("electricity_usage", "quantity"),
    "utility_arrears_12m": _arrears("electricity_usage", "water_usage", "gas_usage"),
    "import_export_12m": _month_amount("import_export"),
    "recruitment_12m": _month_quantity("recruitment"),
    "branches_active": _count("branch"),
    "annual_reports_36m": _count("annual_report", months=36),
    "subscribed_capital_due": _told_of("shareholder_contribution"),
    "key_personnel_new_12m": _count("key_personnel", months=12),
    "heat_paid_12m": lambda firm: _sum(firm.by_month("heat_usage", first=12)),
    "heat_arrears_12m": _arrears("heat_usage"),
    "tax_grade_latest": _grade("tax_grade", {"A": 4, "B": 3, "M": 2.5, "C": 2, "D": 1}),
    "tax_arrears_amount": _amount("tax_arrears"),
    "tax_paid_12m": _month_amount("tax_payment"),
    "tax_paid_growth_12m": _growth("tax_payment", "amount_fen"),
    "tax_abnormal_listed": _any("tax_abnormal"),
    "social_insurance_staff_latest": _staff("social_insurance"),
    "social_insurance_staff_change_12m": _staff_change,
    "social_insurance_months_12m": _paying("social_insurance"),
    "social_insurance_arrears_amount": _amount("social_insurance_arrears"),
    "housing_fund_staff_latest": _staff("housing_fund"),
    "housing_fund_months_12m": _paying("housing_fund"),
    "invoice_sales_12m": lambda firm: _sum(_invoices(firm, 12)) or 0,
    "invoice_sales_36m": lambda firm: _sum(_invoices(firm, 36)) or 0,
    "invoice_purchase_36m": lambda firm: _sum(_invoices(firm, 36, "input")) or 0,
    "invoice_active_months_36m": _active_months,
    "invoice_void_share_36m": _invoice_share("void_count", "quantity"),
    "invoice_negative_share_36m": _invoice_share("negative_count", "quantity"),
    "invoice_counterparties_12m": lambda firm: max(
        (
            r["counterparty_count"]
            for r in _invoices(firm, 12)
            if r["counterparty_count"] is not None
        ),
        default=None,
    ),
    "invoice_top_buyer_share_36m": _invoice_share("top_counterparty_fen", "amount_fen"),
    "invoice_sales_growth_12m": _growth("monthly_invoicing", "amount_fen", "output"),
    "invoice_margin_36m": _invoice_margin,
    "penalties_24m": _count("administrative_penalty", months=24),
    "penalty_amount_24m": _amount("administrative_penalty", months=24),
    "tax_penalties_24m": _count("tax_penalty", months=24),
    "environment_penalties_24m": _count("environment_penalty", months=24),
    "serious_violation_listed": _any("serious_violation", "serious_dishonest_subject"),
    "major_tax_violation_listed": _any("major_tax_violation"),
    "dishonesty_listed": _any("dishonesty_list"),
    "abnormal_listed": _any("abnormal_operation"),
    "bankruptcy_open": _count("bankruptcy"),
    "enforcement_amount_36m": _amount("court_enforcement", months=36),
    "judgements_36m": _count_of("court_judgement", "defendant", months=36),
    "property_seizures_active": _count("property_seizure"),
    "environment_grade_latest": _grade(
        "environment_grade", {"green": 4, "blue": 3, "yellow": 2, "red": 1}
    ),
    "court_hearings_12m": _count_of("court_hearing", "defendant", months=12),
    "customs_penalties_24m": _count("customs_penalty", months=24),
    "compulsions_active": _count("administrative_compulsion"),
    "levies_unpaid_12m": _count_of("administrative_levy", "unpaid", months=12),
    "inspection_failures_24m": _failed_inspections,
    "patents_total": _count("patent"),
    "invention_patents_total": _count_of("patent", "invention"),
    "trademarks_total": _count("trademark"),
    "software_copyrights_total": _count("software_copyright"),
    "high_tech_valid": _any("high_tech_certificate"),
    "tech_sme_valid": _any("tech_sme"),
    "specialised_new_valid": _best_level(
        "specialised_new",
        {"little_giant": 3, "specialised_new": 2, "innovative": 1},
        unknown=0,
    ),
    "research_projects_36m": _count("research_project", months=36, also_ended=True),
    "research_funding_36m": _told_of("research_project", months=36, also_ended=True),
    "honours_36m": _count("honour", months=36),
    "licences_36m": _count("administrative_licence", months=36),
    "procurement_wins_36m": _count("bid_won", months=36),
    "procurement_amount_36m": _amount("bid_won", months=36),
    "procurement_contract_amount_36m": _amount(
        "government_procurement_contract", months=36, also_ended=True
    ),
    "customs_grade_latest": _grade(
        "customs_grade", {"certified": 3, "ordinary": 2, "discredited": 1}
    ),
    "public_credit_grade_latest": _grade("credit_grade", FOUR),
    "awards_36m": _count("administrative_award", months=36),
    "industry_credit_grade_latest": _grade("industry_credit_grade", LETTERS | {"D": 0}),
    "commitments_kept_36m": _count_of("credit_commitment", "kept", months=36, also_ended=True),
    "broken_commitments_24m": _count("broken_commitment", months=24),
    "declared_qualifications_valid": _count("declared_qualification"),
    "declared_contracts_kept_36m": _count_of("declared_contract", "done", months=36),
    "declared_charity_36m": _told_of("declared_charity", months=36),
    "qualifications_valid": _count("qualification"),
    "safety_licence_valid": _safety_licence,
    "medical_licence_valid": _any("medical_institution_licence"),
    "pollution_permit_valid": _any("pollution_permit"),
    "transport_vehicles": _told_of("road_transport_licence", "quantity"),
    "transport_credit_grade_latest": _grade("transport_credit_grade", LETTERS),
    "warehouse_goods_value": _told_of("warehouse_receipt"),
    "farm_recognition_level": _best_level("cooperative", LEVELS, unknown=None),
    "land_operation_area": _told_of("land_operation_right", "quantity"),
    "farm_subsidy_24m": _told_of("agricultural_subsidy", months=24),
    "equity_pledges_active": _count("equity_pledge"),
    "mortgages_active": _count("mortgage"),
    "movable_guarantees_active": _count("movable_guarantee"),
    "ip_pledges_active": _count("ip_pledge"),
    "real_estate_area": lambda firm: _plain(_sum(firm.of("real_estate"), "quantity")),
    "external_guarantees_active": _count("external_guarantee"),
    "external_guarantee_amount": _told_of("external_guarantee"),
    "loans_active": lambda firm: len(_open_loans(firm)),
    "loan_amount_active": _told(_open_loans),
    "loans_overdue": _count_of("loan_record", "overdue", also_ended=True),
    "interest_subsidy_36m": _told_of("interest_subsidy", months=36),
}


def judge(facts: Any, records: Iterable[Any], today: date, collected: Collection[str]) -> dict:
    """Return value and cause of every indicator of one firm, from rows with its columns."""
    known = tuple(vars(row) for row in records if row.occurred_on <= today)
    firm = Firm(facts, known, today)
    return {
        code: _with_cause(entry, firm, collected)
        for code, entry in indicator_dictionary().indicators.items()
    }


def _with_cause(
    entry: Indicator, firm: Firm, collected: Collection[str]
) -> tuple[Value, str | None]:
    value = RULES[entry.code](firm)
    if entry.firm_field is not None:
        return (value, None) if value is not None else (None, "no_record")
    mine = [record for record in firm.records if record["kind"] in entry.kinds]
    if entry.when_absent is WhenAbsent.ZERO:
        everything = all(kind in collected for kind in entry.kinds)
        if not mine and everything:
            return 0, None
        is_known = bool(mine) and value is not None and (value != 0 or everything)
        return (value, None) if is_known else (None, "no_record")
    if not mine:
        return None, "no_record"
    return _of_a_kind_that_may_be_unknown(entry, firm, mine, value)


def _of_a_kind_that_may_be_unknown(
    entry: Indicator, firm: Firm, mine: list[Record], value: Value
) -> tuple[Value, str | None]:
    newest = max(record["occurred_on"] for record in mine)
    days = entry.fresh_within_days
    if days is not None and firm.today - newest > timedelta(days=days):
        return None, "stale"
    if value is None:
        return None, "no_record" if firm.of(*entry.kinds) else "stale"
    return value, None
