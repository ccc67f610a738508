"""What each side may read of a need; a bank meets the firm's name only under an authorization."""

from dataclasses import dataclass
from uuid import UUID

from xinyidai.enterprises.models import Enterprise
from xinyidai.financing_needs import place_queries, policies, queries
from xinyidai.financing_needs.models import FinancingNeed, NeedOffer
from xinyidai.financing_needs.service.authorizing import may_know
from xinyidai.kernel import clock
from xinyidai.kernel.actor import Actor
from xinyidai.kernel.errors import NotFound


@dataclass(frozen=True)
class BankView:
    """A need as one bank sees it; `firm` is None until the firm has authorized this bank.

    `trade` is the firm for what stands masked in the pool: region, industry and size only.
    """

    need: FinancingNeed
    trade: Enterprise
    firm: Enterprise | None
    offer: NeedOffer | None
    can_claim: bool


def read_for_bank(actor: Actor, need_id: UUID) -> BankView:
    """Return a need that the bank holds, held, or may claim; any other is not found."""
    bank_id = policies.require_bank(actor)
    row = queries.get_row(need_id)
    mine = place_queries.offers_of_bank(need_id, bank_id)
    offer = mine[0] if mine else None
    can_claim = queries.is_in_pool(need_id, bank_id, clock.today())
    if offer is None and not can_claim:
        raise NotFound(policies.ABSENT)
    firm = row.enterprise if may_know(offer) else None
    return BankView(row.need, row.enterprise, firm, offer, can_claim)


def read_own(actor: Actor, need_id: UUID) -> FinancingNeed:
    """Return a need of the actor's own firm; another's is not found."""
    need = queries.get_need(need_id)
    policies.require_firm(actor, need)
    return need


def read_for_city(actor: Actor, need_id: UUID) -> FinancingNeed:
    """Return a published need for the office or the auditors."""
    policies.require_sight_of_city(actor)
    need = queries.get_need(need_id)
    policies.require_known(need)
    return need
