"""All kinds of records of the invented city, and from which of its offices they come."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from xinyidai.catalogue.kinds import DEPARTMENTS, get_kind
from xinyidai.seeds import adverse, holdings, merit, monthly
from xinyidai.seeds.firms import Firms
from xinyidai.seeds.tables import RecordTable

Maker = Callable[[Firms, int], RecordTable]

_MAKERS: tuple[Maker, ...] = (
    monthly.monthly_invoicing,
    monthly.tax_payment,
    monthly.social_insurance,
    monthly.housing_fund,
    monthly.electricity_usage,
    monthly.water_usage,
    monthly.gas_usage,
    monthly.import_export,
    monthly.recruitment,
    adverse.registration_change,
    adverse.abnormal_operation,
    adverse.serious_violation,
    adverse.serious_dishonest_subject,
    adverse.court_judgement,
    adverse.court_hearing,
    adverse.court_enforcement,
    adverse.dishonesty_list,
    adverse.bankruptcy,
    adverse.property_seizure,
    adverse.tax_arrears,
    adverse.tax_penalty,
    adverse.tax_abnormal,
    adverse.major_tax_violation,
    adverse.social_insurance_arrears,
    adverse.administrative_penalty,
    adverse.environment_penalty,
    adverse.product_inspection,
    merit.tax_grade,
    merit.credit_grade,
    merit.environment_grade,
    merit.transport_credit_grade,
    merit.industry_credit_grade,
    merit.customs_grade,
    merit.patent,
    merit.trademark,
    merit.software_copyright,
    merit.high_tech_certificate,
    merit.tech_sme,
    merit.specialised_new,
    merit.honour,
    merit.administrative_licence,
    merit.qualification,
    merit.road_transport_licence,
    merit.pollution_permit,
    merit.cooperative,
    merit.credit_commitment,
    merit.bid_won,
    merit.government_procurement_contract,
    holdings.real_estate,
    holdings.mortgage,
    holdings.movable_guarantee,
    holdings.equity_pledge,
    holdings.ip_pledge,
    holdings.external_guarantee,
    holdings.agricultural_subsidy,
    holdings.interest_subsidy,
)
# A maker is called what its kind is called; an unlisted kind fails here, when imported.
MAKERS: Mapping[str, Maker] = MappingProxyType(
    {get_kind(maker.__name__).code: maker for maker in _MAKERS}
)

# Two kinds more come from the register itself, see `seeds.register`.
REGISTER_KINDS = ("business_registration", "annual_report")
COLLECTED = frozenset({*MAKERS, *REGISTER_KINDS})


def make_records(firms: Firms, stream: int) -> Iterator[RecordTable]:
    """Yield the records of every kind up to `firms.as_of`, one table a kind."""
    for maker in MAKERS.values():
        yield maker(firms, stream)


def source_of(kind: str) -> str:
    """Return the name of the invented office that delivers a kind."""
    return office_name(get_kind(kind).department.code)


def office_name(department: str) -> str:
    """Return the name of an office of the invented city by its catalogue code."""
    return f"鹰川市{DEPARTMENTS[department].name}（演示）"
