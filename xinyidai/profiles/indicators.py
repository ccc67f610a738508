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
# Trades write their grades in two ways; the letters of one firm's newest grade keep their order.
INDUSTRY_GRADES = {"AAA": 5, "AA": 4, "A": 3, "B": 2, "C": 1, "D": 0}
TRANSPORT_GRADES = {"AAA": 5, "AA": 4, "A": 3, "B": 2, "C": 1}
FARM_LEVELS = {"national": 4, "provincial": 3, "municipal": 2, "district": 1}
NOT_USABLE = ("暂扣", "注销", "撤销", "过期")  # a safety licence; a file may say nothing


def _count(*kinds: str, months: int | None = None, ended: bool = False) -> Total:
    return Total(lambda s: s.count(s.of(*kinds, months=months, ended=ended)))


def _amount(kind: str, *, months: int | None = None, ended: bool = False) -> Total:
    return Total(lambda s: s.amount(s.of(kind, months=months, ended=ended)))


def _told_amount(kind: str, *, months: int | None = None, ended: bool = False) -> Total:
    return Total(lambda s: s.told(s.records.amount_fen, s.of(kind, months=months, ended=ended)))


def _listed(*kinds: str) -> Total:
    return Total(lambda s: (s.count(s.of(*kinds)) > 0).ifelse(1, 0))


def _count_level(kind: str, level: str, months: int | None = None, *, ended: bool = False) -> Total:
    def aggregate(s: Scene) -> IntegerValue:
        return s.count(s.of(kind, months=months, ended=ended) & (s.records.level == level))

    return Total(aggregate)


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


def _arrears(*kinds: str) -> Total:
    return Total(lambda s: s.count(s.monthly(*kinds, first=12) & (s.records.overdue_fen > 0)))


def _specialised_level(s: Scene) -> IntegerValue:
    level = graded(SPECIALISED_LEVELS)(s.records.level).max(where=s.of("specialised_new"))
    return level.fill_null(0)


def _farm_level(s: Scene) -> IntegerValue:
    valid = s.of("cooperative")
    level = graded(FARM_LEVELS)(s.records.level).max(where=valid)
    return (s.count(valid) == 0).ifelse(0, level)


def _failed_inspections(s: Scene) -> IntegerValue:
    level = s.records.level
    product = s.of("product_inspection", months=24) & (level == "failed")
    visit = s.of("administrative_inspection", months=24) & level.isin(("handled", "absent"))
    return s.count(product | visit)


def _usable_safety_licence(s: Scene) -> IntegerValue:
    level = s.records.level
    is_usable = level.isnull() | level.notin(NOT_USABLE)
    return (s.count(s.of("safety_licence") & is_usable) > 0).ifelse(1, 0)


def _open_loans(s: Scene) -> BooleanValue:
    level = s.records.level
    return s.of("loan_record") & (level.isnull() | (level != "settled"))


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
    "utility_arrears_12m": _arrears(*UTILITIES),
    "import_export_12m": Total(_monthly_amount("import_export", 12)),
    "recruitment_12m": Total(_monthly_quantity("recruitment", 12)),
    "branches_active": _count("branch"),
    "annual_reports_36m": _count("annual_report", months=36),
    "subscribed_capital_due": _told_amount("shareholder_contribution"),
    "key_personnel_new_12m": _count("key_personnel", months=12),
    "heat_paid_12m": Total(
        lambda s: s.total(s.records.amount_fen, s.monthly("heat_usage", first=12))
    ),
    "heat_arrears_12m": _arrears("heat_usage"),
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
    "court_hearings_12m": _count_level("court_hearing", "defendant", months=12),
    "customs_penalties_24m": _count("customs_penalty", months=24),
    "compulsions_active": _count("administrative_compulsion"),
    "levies_unpaid_12m": _count_level("administrative_levy", "unpaid", months=12),
    "inspection_failures_24m": Total(_failed_inspections),
}
INNOVATION: dict[str, Formula] = {
    "patents_total": _count("patent"),
    "invention_patents_total": _count_level("patent", "invention"),
    "trademarks_total": _count("trademark"),
    "software_copyrights_total": _count("software_copyright"),
    "high_tech_valid": _listed("high_tech_certificate"),
    "tech_sme_valid": _listed("tech_sme"),
    "specialised_new_valid": Total(_specialised_level),
    "research_projects_36m": _count("research_project", months=36, ended=True),
    "research_funding_36m": _told_amount("research_project", months=36, ended=True),
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
    "awards_36m": _count("administrative_award", months=36),
    "industry_credit_grade_latest": _newest_grade("industry_credit_grade", INDUSTRY_GRADES),
}
COMMITMENTS: dict[str, Formula] = {
    "commitments_kept_36m": _count_level("credit_commitment", "kept", months=36, ended=True),
    "broken_commitments_24m": _count("broken_commitment", months=24),
    "declared_qualifications_valid": _count("declared_qualification"),
    "declared_contracts_kept_36m": _count_level("declared_contract", "done", months=36),
    "declared_charity_36m": _told_amount("declared_charity", months=36),
}
INDUSTRY: dict[str, Formula] = {
    "qualifications_valid": _count("qualification"),
    "safety_licence_valid": Total(_usable_safety_licence),
    "medical_licence_valid": _listed("medical_institution_licence"),
    "pollution_permit_valid": _listed("pollution_permit"),
    "transport_vehicles": Total(
        lambda s: s.told(s.records.quantity, s.of("road_transport_licence"))
    ),
    "transport_credit_grade_latest": _newest_grade("transport_credit_grade", TRANSPORT_GRADES),
    "warehouse_goods_value": _told_amount("warehouse_receipt"),
    "farm_recognition_level": Total(_farm_level),
    "land_operation_area": Total(
        lambda s: s.told(s.records.quantity, s.of("land_operation_right"))
    ),
    "farm_subsidy_24m": _told_amount("agricultural_subsidy", months=24),
}
ASSETS: dict[str, Formula] = {
    "equity_pledges_active": _count("equity_pledge"),
    "mortgages_active": _count("mortgage"),
    "movable_guarantees_active": _count("movable_guarantee"),
    "ip_pledges_active": _count("ip_pledge"),
    "real_estate_area": Total(lambda s: s.total(s.records.quantity, s.of("real_estate"))),
    "external_guarantees_active": _count("external_guarantee"),
    "external_guarantee_amount": _told_amount("external_guarantee"),
    "loans_active": Total(lambda s: s.count(_open_loans(s))),
    "loan_amount_active": Total(lambda s: s.told(s.records.amount_fen, _open_loans(s))),
    "loans_overdue": _count_level("loan_record", "overdue", ended=True),
    "interest_subsidy_36m": _told_amount("interest_subsidy", months=36),
}

FORMULAS: Mapping[str, Formula] = MappingProxyType(
    STABILITY
    | TAX_SOCIAL
    | INVOICING
    | COMPLIANCE
    | INNOVATION
    | HONOURS
    | COMMITMENTS
    | INDUSTRY
    | ASSETS
)
