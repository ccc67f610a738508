"""What a firm of the tests wants to borrow, and banks that may serve it."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from tests.factories import parties
from tests.matching.factories import WISH
from xinyidai.catalogue.refusals import DenialGiven
from xinyidai.enterprises.models import Enterprise
from xinyidai.financing_needs import place_queries, service
from xinyidai.financing_needs.models import FinancingNeed, NeedOffer
from xinyidai.financing_needs.values import BankAnswers, NeedFacts, NeedPurpose
from xinyidai.kernel.actor import Actor

NEED = NeedFacts(WISH, "购买原材料")
FULL = replace(
    NEED, purpose=NeedPurpose.MATERIALS, contact_name="王演示", contact_phone="13800001234"
)
NO = (DenialGiven("amount_or_term"),)


@dataclass
class Market:
    """A firm with its person, an officer for each bank, and a published need."""

    firm: Enterprise
    boss: Actor
    officers: list[Actor]
    need: FinancingNeed

    def bank(self, number: int = 0) -> UUID:
        bank_id = self.officers[number].party_id
        assert bank_id is not None
        return bank_id

    def claim(self, number: int = 0) -> NeedOffer:
        return service.claim_need(self.officers[number], self.need.id)

    def authorize(self, *numbers: int) -> None:
        banks = frozenset(self.bank(number) for number in numbers)
        service.answer_banks(self.boss, self.need.id, BankAnswers(accepted=banks))

    def place(self, number: int = 0) -> NeedOffer:
        return place_queries.offers_of_bank(self.need.id, self.bank(number))[0]


def publish(firm: Enterprise, boss: Actor, **changes: Any) -> FinancingNeed:
    """Publish a need of this firm."""
    need = service.draft_need(boss, firm.id, replace(FULL, **changes))
    return service.publish_need(boss, need.id)


def market(banks: int = 4, **changes: Any) -> Market:
    """Build a firm with a published need and that many banks with an officer each."""
    firm = parties.enterprise()
    boss = parties.boss_of(firm)
    officers = [parties.officer_of(parties.institution()) for _ in range(banks)]
    return Market(firm, boss, officers, publish(firm, boss, **changes))
