"""A small model of authorizations, written from the product's text and not from its code.

It replays deeds one after the other and keeps what is over as over; the product derives states
from facts. Both must say the same after every step. Nothing here imports the product.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

LOOKERS = frozenset({"bank_officer", "bank_client", "guarantor"})
RESULTS = frozenset({"score", "alert"})
GONE = frozenset({"cancelled", "revoked"})


@dataclass(frozen=True)
class Person:
    """Who acts: role, party and account by the names that the city gives them."""

    name: str
    role: str
    party: str | None
    account: str | None


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see; `items` None asks for everything the pact names."""

    firm: str
    purpose: str
    subject: str
    items: tuple[str, ...] | None = None


@dataclass
class Pact:
    """One authorization between a firm and a bank, 授权."""

    firm: str
    bank: str
    purpose: str
    items: frozenset[str]
    first_day: date
    last_day: date
    life_days: int = 30
    mode: str = "view"
    total: int | None = None
    per_day: int | None = None
    per_month: int | None = None
    officer: str | None = None
    asked: bool = True
    signed: bool = False
    first_signer: str | None = None
    head_at_signing: str | None = None
    paused: bool = False
    withdrawn: bool = False
    forged: bool = False
    over: str | None = None
    looks: list[datetime] = field(default_factory=list)

    @property
    def used_up(self) -> bool:
        return self.total is not None and len(self.looks) >= self.total


@dataclass
class City:
    """Everybody's standing and all pacts; `settle` first, whenever the clock has moved."""

    banks_in_order: dict[str, bool]
    firm_status: dict[str, str]
    heads: dict[str, str]
    accounts_in_order: dict[str, bool]
    purposes_in_force: set[str]
    two_signers: set[str] = field(default_factory=set)
    pacts: dict[str, Pact] = field(default_factory=dict)

    def settle(self, now: datetime) -> None:
        """Let what is past its last day be over; what was over before stays as it was."""
        for pact in self.pacts.values():
            if pact.over is None and now.date() > pact.last_day:
                pact.over = "expired"

    def state(self, pact: Pact) -> str:
        """Return the state as pages name it."""
        if pact.over:
            return pact.over
        if not pact.signed:
            return "pending" if pact.asked else "draft"
        return "suspended" if pact.paused or self.troubles(pact) else "active"

    def troubles(self, pact: Pact) -> set[str]:
        """Return what is not in order with the parties of a pact."""
        found = set()
        if not self.banks_in_order[pact.bank]:
            found.add("institution_suspended")
        if self.firm_status[pact.firm] in GONE:
            found.add("enterprise_inactive")
        if pact.officer is not None and not self.accounts_in_order[pact.officer]:
            found.add("officer_left")
        if pact.signed and pact.head_at_signing != self.heads[pact.firm]:
            found.add("representative_changed")
        if pact.purpose not in self.purposes_in_force:
            found.add("purpose_withdrawn")
        return found

    def stops(self, pact: Pact, now: datetime) -> set[str]:
        """Return why nothing at all may be seen under a pact, whoever asks."""
        found = self.troubles(pact)
        state = self.state(pact)
        if state in {"draft", "pending"}:
            found.add("not_granted")
        elif pact.over:
            found.add(pact.over)
        elif pact.paused:
            found.add("suspended")
        if pact.withdrawn:
            found.add("revoked")
        if now.date() < pact.first_day:
            found.add("not_yet_valid")
        return found

    def objections(self, pact: Pact, who: Person, wish: Wish, now: datetime) -> set[str]:
        """Return every reason why a look is not allowed; nothing at all means it is."""
        if who.role not in LOOKERS or who.party is None:
            return {"role_not_allowed"}
        wanted = pact.items if wish.items is None else set(wish.items)
        against = {
            "other_institution": who.party != pact.bank,
            "other_enterprise": wish.firm != pact.firm,
            "other_officer": pact.officer is not None and who.account != pact.officer,
            "other_purpose": wish.purpose != pact.purpose,
            "item_not_covered": not wanted or bool(wanted - pact.items),
            "too_often": self._too_often(pact, now),
            "mode_not_covered": pact.mode == "result" and wish.subject not in RESULTS,
            "artefact_broken": pact.signed and pact.forged,
        }
        return self.stops(pact, now) | {reason for reason, holds in against.items() if holds}

    def objections_to_reading_again(
        self, pact: Pact, who: Person, made_at: datetime, now: datetime
    ) -> set[str]:
        """Return why a snapshot may not be read again; being used up is no reason."""
        if who.role not in LOOKERS or who.party != pact.bank:
            return {"hidden"}
        found = self.stops(pact, now) - {"used_up"}
        if now.date() > pact.last_day:
            found.add("expired")
        if pact.officer is not None and who.account != pact.officer:
            found.add("other_officer")
        if pact.forged:
            found.add("artefact_broken")
        if not found and now >= made_at + timedelta(days=pact.life_days):
            found.add("life_over")
        return found

    # Deeds: each tells whether it may be done now, and does it.

    def sign(self, pact: Pact, account: str) -> bool:
        """Sign as a person of the firm; where two are wanted, the first leaves it pending."""
        if self.state(pact) != "pending":
            return False
        if pact.first_signer is None and pact.firm in self.two_signers:
            pact.first_signer = account
            return True
        if pact.first_signer == account:
            return False
        pact.signed, pact.head_at_signing = True, self.heads[pact.firm]
        pact.forged = False  # what stands in the row now is what was signed
        return True

    def decline(self, pact: Pact) -> bool:
        """Refuse a request."""
        return self._end(pact, "declined", {"pending"})

    def end(self, pact: Pact) -> bool:
        """Give it up as the bank."""
        return self._end(pact, "ended", {"pending", "active", "suspended"})

    def revoke(self, pact: Pact) -> bool:
        """Withdraw it as the firm; of a used-up one this closes what was shown, once."""
        state = self.state(pact)
        if state == "used_up" and not pact.withdrawn:
            pact.withdrawn = True
            return True
        if not self._end(pact, "revoked", {"active", "suspended"}):
            return False
        pact.withdrawn = True
        return True

    def pause(self, pact: Pact) -> bool:
        """Stop all looks as the firm."""
        if self.state(pact) != "active":
            return False
        pact.paused = True
        return True

    def go_on(self, pact: Pact) -> bool:
        """Take the firm's own pause back; nothing else is lifted by it."""
        if self.state(pact) != "suspended" or not pact.paused:
            return False
        pact.paused = False
        return True

    def confirm(self, pact: Pact) -> bool:
        """Let it go on under a new legal representative."""
        changed = "representative_changed" in self.troubles(pact)
        if self.state(pact) != "suspended" or not changed or pact.forged:
            return False
        pact.head_at_signing = self.heads[pact.firm]
        return True

    def note_look(self, pact: Pact, now: datetime) -> None:
        """Count an allowed look; the last one uses the pact up."""
        pact.looks.append(now)
        if pact.used_up:
            pact.over = "used_up"

    def _end(self, pact: Pact, how: str, from_states: set[str]) -> bool:
        if self.state(pact) not in from_states:
            return False
        pact.over = how
        return True

    @staticmethod
    def _too_often(pact: Pact, now: datetime) -> bool:
        days = [moment.date() for moment in pact.looks]
        months = [(day.year, day.month) for day in days]
        today = now.date()
        return (pact.per_day is not None and days.count(today) >= pact.per_day) or (
            pact.per_month is not None and months.count((today.year, today.month)) >= pact.per_month
        )
