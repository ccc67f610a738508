"""A model in force, for tests that need scores."""

from tests.factories import parties
from tests.profiles.city import City
from tests.profiles.random_records import make_firms, make_records
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import db
from xinyidai.scoring import service as scoring
from xinyidai.scoring.artefacts import shipped_folder
from xinyidai.seeds.models import ACTIVE, CODE

OTHER = "2025.1"
KINDS = ("tax_grade", "monthly_invoicing", "social_insurance", "administrative_penalty")


def put_in_force(version: str = ACTIVE) -> None:
    """Register, validate, approve and activate a shipped model of the invented city."""
    keeper = parties.account(Role.OPERATOR).as_actor()
    clerk = parties.account(Role.CREDIT_OFFICE, parties.credit_office()).as_actor()
    scoring.register_model(keeper, shipped_folder(CODE, version))
    scoring.validate_model(keeper, CODE, version)
    scoring.approve_model(clerk, CODE, version)
    scoring.activate_model(keeper, CODE, version)


def city_with_records(number: int, each: int = 8) -> list[Enterprise]:
    """Add random firms with records of a few kinds, most of them enough to be judged.

    Two of three have signed up. The records end about the day `AS_OF`.
    """
    facts = make_firms(number)
    city = City()
    for place, firm in enumerate(facts):
        city.firm(firm, registered_at=clock.now() if place % 3 else None)
    city.collect(
        row.as_new_record(place) for place, row in enumerate(make_records(facts, each, kinds=KINDS))
    )
    return [db.session.get_one(Enterprise, firm.enterprise_id) for firm in facts]
