"""Every indicator's formula, written once, 指标口径; `catalogue/indicators.yaml` has the words.

Record kinds that deliver one row a month are read in whole months (`Scene.monthly`), the others
by day (`Scene.of`).
"""

from collections.abc import Mapping
from types import MappingProxyType

from ibis.expr.types import BooleanValue, IntegerValue, NumericValue, Table, Value

from xinyidai.profiles.formulas import (
    Aggregate,
    Change,
    Formula,
    Newest,
    NewestChange,
    Register,
    Scene,
    Share,
    Total,
    graded,
)

# M stands between B and C, hence the halves.
TAX_GRADES_TWICE = {"A": 8, "B": 6, "M": 5, "C": 4, "D": 2}
ENVIRONMENT_GRADES = {"green": 4, "blue": 3, "yellow": 2, "red": 1}
CUSTOMS_GRADES = {"certified": 3, "ordinary": 2, "discredited": 1}
PUBLIC_CREDIT_GRADES = {"A": 4, "B": 3, "C": 2, "D": 1}
SPECIALISED_LEVELS = {"little_giant": 3, "specialised_new": 2, "innovative": 1}
NOT_PAYING = ("suspended", "in_arrears", "closed")
UTILITIES = ("electricity_usage", "water_usage", "gas_usage")


def _count(*kinds: str, months: int | None = None) -> Total:
    return Total(lambda s: s.count(s.of(*kinds, months=months)))


def _amount(kind: str, *, months: int | None = None, ended: bool = False) -> Total:
    return Total(lambda s: s.amount(s.of(kind, months=months, ended=ended)))


def _listed(*kinds: str) -> Total:
    return Total(lambda s: (s.count(s.of(*kinds)) > 0).ifelse(1, 0))


def _count_level(kind: str, level: str, months: int | None = None) -> Total:
    return Total(lambda s: s.count(s.of(kind, months=months) & (s.records.level == level)))


def _monthly_amount(kind: str, first: int, last: int = 0) -> Aggregate:
    return lambda s: s.amount(s.monthly(kind, first=first, last=last))


def _monthly_quantity(kind: str, first: int, last: int = 0) -> Aggregate:
    return lambda s: s.total(s.records.quantity, s.monthly(kind, first=first, last=last))


def _newest_quantity(kind: str, first: int, last: int = 0) -> Aggregate:
    return lambda s: s.newest(s.records.quantity, s.monthly(kind, first=first, last=last))


def _newest_grade(kind: str, grades: Mapping[str, int], divisor: int = 1) -> Newest:
    return Newest(lambda s: s.newest(graded(grades)(s.records.level), s.of(kind)), divisor)


def _paying_months(kind: str) -> Total:
    def aggregate(s: Scene) -> IntegerValue:
        level = s.records.level
        is_paying = level.isnull() | level.notin(NOT_PAYING)
        return s.months(s.monthly(kind, first=12) & is_paying & (s.records.quantity > 0))

    return Total(aggregate)


def _invoices(s: Scene, side: str, first: int, last: int = 0) -> BooleanValue:
    months = s.monthly("monthly_invoicing", first=first, last=last)
    return months & (s.records.level == side)


def _invoice_amount(side: str, first: int, last: int = 0) -> Aggregate:
    return lambda s: s.amount(_invoices(s, side, first, last))


def _invoice_total(column: str, months: int) -> Aggregate:
    return lambda s: s.total(s.records[column], _invoices(s, "output", months))


def _invoice_margin(s: Scene) -> NumericValue:
    return s.amount(_invoices(s, "output", 36)) - s.amount(_invoices(s, "input", 36))


def _invoice_active_months(s: Scene) -> IntegerValue:
    return s.months(_invoices(s, "output", 36) & (s.records.quantity > 0))


def _most_counterparties(s: Scene) -> IntegerValue:
    return s.records.counterparty_count.max(where=_invoices(s, "output", 12))


def _utility_arrears(s: Scene) -> IntegerValue:
    return s.count(s.monthly(*UTILITIES, first=12) & (s.records.overdue_fen > 0))


def _specialised_level(s: Scene) -> IntegerValue:
    return graded(SPECIALISED_LEVELS)(s.records.level).max(where=s.of("specialised_new"))


def _whole_months_old(firms: Table, bounds: Mapping[str, Value]) -> IntegerValue:
    born, today = firms.established_on, bounds["as_of"]
    months = (today.year().cast("int64") - born.year().cast("int64")) * 12
    months = months + today.month().cast("int64") - born.month().cast("int64")
    is_short = (today.day() < born.day()).ifelse(1, 0)
    return months - is_short


STABILITY: dict[str, Formula] = {
    "years_established": Register(_whole_months_old, divisor=12),
    "registered_capital": Register(lambda firms, _: firms.registered_capital_fen),
    "employees_reported": Register(lambda firms, _: firms.employees),
    "revenue_reported": Register(lambda firms, _: firms.revenue_fen),
    "changes_12m": _count("registration_change", months=12),
    "electricity_12m": Total(_monthly_quantity("electricity_usage", 12)),
    "electricity_change_12m": Change(
        _monthly_quantity("electricity_usage", 12), _monthly_quantity("electricity_usage", 24, 12)
    ),
    "utility_arrears_12m": Total(_utility_arrears),
    "import_export_12m": Total(_monthly_amount("import_export", 12)),
    "recruitment_12m": Total(_monthly_quantity("recruitment", 12)),
}
TAX_SOCIAL: dict[str, Formula] = {
    "tax_grade_latest": _newest_grade("tax_grade", TAX_GRADES_TWICE, divisor=2),
    "tax_arrears_amount": _amount("tax_arrears"),
    "tax_paid_12m": Total(_monthly_amount("tax_payment", 12)),
    "tax_paid_growth_12m": Change(
        _monthly_amount("tax_payment", 12), _monthly_amount("tax_payment", 24, 12)
    ),
    "tax_abnormal_listed": _listed("tax_abnormal"),
    "social_insurance_staff_latest": Newest(_newest_quantity("social_insurance", 12)),
    "social_insurance_staff_change_12m": NewestChange(
        _newest_quantity("social_insurance", 12), _newest_quantity("social_insurance", 24, 12)
    ),
    "social_insurance_months_12m": _paying_months("social_insurance"),
    "social_insurance_arrears_amount": _amount("social_insurance_arrears"),
    "housing_fund_staff_latest": Newest(_newest_quantity("housing_fund", 12)),
    "housing_fund_months_12m": _paying_months("housing_fund"),
}
INVOICING: dict[str, Formula] = {
    "invoice_sales_12m": Total(_invoice_amount("output", 12)),
    "invoice_sales_36m": Total(_invoice_amount("output", 36)),
    "invoice_purchase_36m": Total(_invoice_amount("input", 36)),
    "invoice_active_months_36m": Total(_invoice_active_months),
    "invoice_void_share_36m": Share(
        _invoice_total("void_count", 36), _invoice_total("quantity", 36)
    ),
    "invoice_negative_share_36m": Share(
        _invoice_total("negative_count", 36), _invoice_total("quantity", 36)
    ),
    "invoice_counterparties_12m": Total(_most_counterparties),
    "invoice_top_buyer_share_36m": Share(
        _invoice_total("top_counterparty_fen", 36), _invoice_amount("output", 36)
    ),
    "invoice_sales_growth_12m": Change(
        _invoice_amount("output", 12), _invoice_amount("output", 24, 12)
    ),
    "invoice_margin_36m": Share(_invoice_margin, _invoice_amount("output", 36)),
}
COMPLIANCE: dict[str, Formula] = {
    "penalties_24m": _count("administrative_penalty", months=24),
    "penalty_amount_24m": _amount("administrative_penalty", months=24),
    "tax_penalties_24m": _count("tax_penalty", months=24),
    "environment_penalties_24m": _count("environment_penalty", months=24),
    "serious_violation_listed": _listed("serious_violation", "serious_dishonest_subject"),
    "major_tax_violation_listed": _listed("major_tax_violation"),
    "dishonesty_listed": _listed("dishonesty_list"),
    "abnormal_listed": _listed("abnormal_operation"),
    "bankruptcy_open": _count("bankruptcy"),
    "enforcement_amount_36m": _amount("court_enforcement", months=36),
    "judgements_36m": _count_level("court_judgement", "defendant", months=36),
    "property_seizures_active": _count("property_seizure"),
    "environment_grade_latest": _newest_grade("environment_grade", ENVIRONMENT_GRADES),
}
INNOVATION: dict[str, Formula] = {
    "patents_total": _count("patent"),
    "invention_patents_total": _count_level("patent", "invention"),
    "trademarks_total": _count("trademark"),
    "software_copyrights_total": _count("software_copyright"),
    "high_tech_valid": _listed("high_tech_certificate"),
    "tech_sme_valid": _listed("tech_sme"),
    "specialised_new_valid": Total(_specialised_level),
}
HONOURS: dict[str, Formula] = {
    "honours_36m": _count("honour", months=36),
    "licences_36m": _count("administrative_licence", months=36),
    "procurement_wins_36m": _count("bid_won", months=36),
    "procurement_amount_36m": _amount("bid_won", months=36),
    "procurement_contract_amount_36m": _amount(
        "government_procurement_contract", months=36, ended=True
    ),
    "customs_grade_latest": _newest_grade("customs_grade", CUSTOMS_GRADES),
    "public_credit_grade_latest": _newest_grade("credit_grade", PUBLIC_CREDIT_GRADES),
}
ASSETS: dict[str, Formula] = {
    "equity_pledges_active": _count("equity_pledge"),
    "mortgages_active": _count("mortgage"),
    "movable_guarantees_active": _count("movable_guarantee"),
    "ip_pledges_active": _count("ip_pledge"),
    "real_estate_area": Total(lambda s: s.total(s.records.quantity, s.of("real_estate"))),
}

FORMULAS: Mapping[str, Formula] = MappingProxyType(
    STABILITY | TAX_SOCIAL | INVOICING | COMPLIANCE | INNOVATION | HONOURS | ASSETS
)
