"""Templates of the purposes of consent: drafted from the catalogue; approved only in the demo."""

from uuid import UUID

from xinyidai.catalogue.purposes import PURPOSES, as_content
from xinyidai.consents import queries
from xinyidai.consents import service as consents
from xinyidai.kernel.actor import SYSTEM, Actor, Role

INVENTED_CLERKS = (
    Actor(UUID(int=1), Role.CREDIT_OFFICE, None, "信用办演示"),
    Actor(UUID(int=2), Role.CREDIT_OFFICE, None, "信用办演示二"),
)


def draft_shipped() -> int:
    """Draft and submit a template for each purpose that has none; return how many were new."""
    new = 0
    for code, purpose in PURPOSES.items():
        if queries.newest_version(code) == 0:
            note = "随软件提供的初始版本"
            template = consents.draft_template(SYSTEM, code, as_content(purpose), note)
            consents.submit_template(SYSTEM, template.id)
            new += 1
    return new


def put_in_force(clerks: tuple[Actor, Actor]) -> None:
    """Draft the shipped templates and let two clerks approve each; for invented cities only."""
    draft_shipped()
    for code in PURPOSES:
        if queries.newest_version(code) == 1 and queries.active_template(code) is None:
            [template] = queries.templates(code)
            for clerk in clerks:
                consents.approve_template(clerk, template.id)
