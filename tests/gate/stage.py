"""Two firms, two banks, a guarantor and their people: each deed done in the product and the model.

`Stage` keeps the product's rows and the model's city side by side under the same names, so that
whatever is done to one is done to the other. Names: firms `f1`, `f2`; institutions `b1`, `b2`,
`g1`; accounts as in `PEOPLE`.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update

from tests.factories import parties
from tests.gate.oracle import City, Pact, Person, Wish
from xinyidai.accounts.models import Account
from xinyidai.accounts.values import AccountStatus, Position
from xinyidai.catalogue.purposes import PURPOSES, as_content
from xinyidai.consents import queries as consent_queries
from xinyidai.consents import service as consents
from xinyidai.consents.models import Consent
from xinyidai.consents.values import ConsentDraft, ConsentMode
from xinyidai.credit_records import service as credit_records
from xinyidai.credit_records.service import NewRecord, write
from xinyidai.credit_records.values import BatchCounts, DisclosureRequest, DisclosureSubject
from xinyidai.enterprises.models import Enterprise
from xinyidai.enterprises.values import RegistrationStatus
from xinyidai.institutions.models import Institution
from xinyidai.institutions.values import InstitutionKind, InstitutionStatus
from xinyidai.kernel import clock
from xinyidai.kernel.actor import ANONYMOUS, SYSTEM, Actor, Role
from xinyidai.kernel.db import db
from xinyidai.seeds.purposes import INVENTED_CLERKS

PURPOSE = "pre_loan"
ITEMS = ("judicial", "tax")
HEADS = ("张演示", "李接任")
# name, role, party
PEOPLE = (
    ("officer", Role.BANK_OFFICER, "b1"),
    ("colleague", Role.BANK_OFFICER, "b1"),
    ("manager", Role.BANK_PRODUCT_MANAGER, "b1"),
    ("machine", Role.BANK_CLIENT, "b1"),
    ("stranger", Role.BANK_OFFICER, "b2"),
    ("strange machine", Role.BANK_CLIENT, "b2"),
    ("guarantor", Role.GUARANTOR, "g1"),
    ("boss", Role.ENTERPRISE_USER, "f1"),
    ("agent", Role.ENTERPRISE_USER, "f1"),
    ("rival", Role.ENTERPRISE_USER, "f2"),
    ("clerk", Role.CREDIT_OFFICE, "office"),
    ("street", Role.DEPARTMENT, "street"),
    ("auditor", Role.AUDITOR, "audit"),
    ("operator", Role.OPERATOR, None),
)
WITHOUT_ACCOUNT = frozenset({"machine", "strange machine"})


@dataclass
class Stage:
    """The product's rows and the model's city under the same names."""

    city: City
    actors: dict[str, Actor] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)
    consents: dict[str, UUID] = field(default_factory=dict)
    snapshots: dict[str, tuple[datetime, UUID]] = field(default_factory=dict)

    def person(self, name: str) -> Person:
        """Return how the model names an actor."""
        names = {uid: known for known, uid in self.ids.items()}
        actor = self.actors[name]
        party = names.get(actor.party_id) if actor.party_id else None
        return Person(name, actor.role.value, party, name if actor.account_id else None)

    def pact(self, name: str) -> Pact:
        return self.city.pacts[name]

    def consent(self, name: str) -> Consent:
        """Return the row as it stands in the database."""
        consent = consent_queries.find(self.consents[name])
        assert consent is not None
        return consent

    def request(self, name: str, wish: Wish, **more: Any) -> DisclosureRequest:
        """Return the product's words for a wish under a pact."""
        return DisclosureRequest(
            consent_id=self.consents[name],
            enterprise_id=self.ids[wish.firm],
            purpose=wish.purpose,
            subject=DisclosureSubject(wish.subject),
            rule_version="gate",
            items=wish.items,
            **more,
        )

    def look_once(self, name: str, actor: Actor, wish: Wish) -> None:
        """Spend one use, in the product and in the model, and remember the snapshot."""
        snapshot = credit_records.disclose(
            actor, self.request(name, wish), lambda look: {"facts": len(look.facts())}
        )
        self.snapshots[name] = snapshot.made_at, snapshot.id
        self.city.note_look(self.pact(name), snapshot.made_at)

    # Deeds of the parties

    def ask(self, name: str, *, by: str = "officer", firm: str = "f1", **terms: Any) -> None:
        """Let a bank ask a firm for an authorization."""
        actor = self.actors[by]
        draft = self._draft(firm, actor.party_id, terms)
        self.consents[name] = consents.request_consent(actor, draft).id
        self.city.pacts[name] = self._pact(name, firm)

    def give(self, name: str, *, to: str = "b1", by: str = "boss", **terms: Any) -> None:
        """Let a firm authorize a bank without being asked."""
        [consent] = consents.grant_directly(
            self.actors[by], [self._draft("f1", self.ids[to], terms)]
        )
        self.consents[name] = consent.id
        self.city.pacts[name] = self._pact(name, "f1")
        self.city.sign(self.city.pacts[name], by)

    def put_bank(self, name: str, *, in_order: bool) -> None:
        """Suspend or readmit an institution."""
        status = InstitutionStatus.ACTIVE if in_order else InstitutionStatus.SUSPENDED
        _set(Institution, self.ids[name], status=status)
        self.city.banks_in_order[name] = in_order

    def put_account(self, name: str, *, in_order: bool) -> None:
        """Let an officer leave or return."""
        status = AccountStatus.ACTIVE if in_order else AccountStatus.SUSPENDED
        _set(Account, self.ids[name], status=status)
        self.city.accounts_in_order[name] = in_order

    def put_head(self, firm: str, head: str) -> None:
        """Change a firm's legal representative."""
        _set(Enterprise, self.ids[firm], legal_representative=head)
        self.city.heads[firm] = head

    def put_status(self, firm: str, status: RegistrationStatus) -> None:
        """Change what the registry says of a firm."""
        _set(Enterprise, self.ids[firm], status=status)
        self.city.firm_status[firm] = status.value

    def retire(self, purpose: str) -> None:
        """Take a purpose out of use."""
        template = consent_queries.active_template(purpose)
        assert template is not None
        consents.retire_template(INVENTED_CLERKS[0], template.id)
        self.city.purposes_in_force.discard(purpose)

    def approve(self, purpose: str) -> None:
        """Put a purpose in force again, with a new version."""
        content = as_content(PURPOSES[purpose])
        template = consents.draft_template(SYSTEM, purpose, content, "再次启用")
        consents.submit_template(SYSTEM, template.id)
        for clerk in INVENTED_CLERKS:
            consents.approve_template(clerk, template.id)
        self.city.purposes_in_force.add(purpose)

    def want_two_signers(self, *, wanted: bool) -> None:
        """Let the firm ask for two signatures, or for one again."""
        consents.set_two_signers(self.actors["boss"], wanted=wanted)
        change = self.city.two_signers.add if wanted else self.city.two_signers.discard
        change("f1")

    def forge(self, name: str, **terms: Any) -> None:
        """Edit signed terms in the database, as an intruder would."""
        db.session.execute(update(Consent).where(Consent.id == self.consents[name]).values(**terms))
        db.session.expire_all()
        pact = self.pact(name)
        pact.forged = True
        pact.items = frozenset(terms.get("item_codes", pact.items))
        pact.total = terms.get("max_uses", pact.total)

    def _draft(self, firm: str, bank_id: UUID | None, terms: dict[str, Any]) -> ConsentDraft:
        today = clock.today()
        fields: dict[str, Any] = {
            "enterprise_id": self.ids[firm],
            "institution_id": bank_id,
            "purpose": PURPOSE,
            "item_codes": ITEMS,
            "valid_until": today + timedelta(days=60),
            "data_from": today - timedelta(days=365),
            "data_life_days": 30,
            "max_uses": 3,
            "officer_account_id": None,
        } | terms
        if fields["officer_account_id"] is not None:
            fields["officer_account_id"] = self.ids[fields["officer_account_id"]]
        return ConsentDraft(**fields)

    def _pact(self, name: str, firm: str) -> Pact:
        """Return the model's pact with the terms just agreed."""
        row = self.consent(name)
        names = {uid: known for known, uid in self.ids.items()}
        return Pact(
            firm=firm,
            bank=names[row.institution_id],
            purpose=row.purpose,
            items=frozenset(row.item_codes),
            first_day=row.valid_from,
            last_day=row.valid_until,
            life_days=row.data_life_days,
            mode=ConsentMode(row.mode).value,
            total=row.max_uses,
            per_day=row.max_per_day,
            per_month=row.max_per_month,
            officer=names[row.officer_account_id] if row.officer_account_id else None,
        )


def build_stage() -> Stage:
    """Add everybody to the present session, with a few records for each firm."""
    stage = Stage(
        City(
            banks_in_order=dict.fromkeys(("b1", "b2", "g1"), True),
            firm_status=dict.fromkeys(("f1", "f2"), "active"),
            heads=dict.fromkeys(("f1", "f2"), HEADS[0]),
            accounts_in_order={},
            purposes_in_force=set(PURPOSES),
        )
    )
    rows = {
        "f1": parties.enterprise(legal_representative=HEADS[0]),
        "f2": parties.enterprise(legal_representative=HEADS[0]),
        "b1": parties.institution(),
        "b2": parties.institution(),
        "g1": parties.institution(InstitutionKind.GUARANTEE),
        "office": parties.credit_office(),
        "street": parties.department(),
        "audit": parties.department(),
    }
    stage.ids = {name: row.id for name, row in rows.items()}
    for name, role, party in PEOPLE:
        stage.actors[name] = _actor(stage, name, role, rows.get(party) if party else None)
    stage.actors |= {"public": ANONYMOUS, "system": SYSTEM}
    for firm in ("f1", "f2"):
        _collect(stage.ids[firm], firm)
    return stage


def _actor(stage: Stage, name: str, role: Role, party: Any) -> Actor:
    if name in WITHOUT_ACCOUNT:
        return Actor(None, role, party.id, name)
    position = {"position": Position.AGENT} if name == "agent" else {}
    account = parties.account(role, party, **position)
    stage.ids[name] = account.id
    stage.city.accounts_in_order[name] = True
    return account.as_actor()


def _collect(firm_id: UUID, mark: str) -> None:
    for kind, key in (
        ("tax_grade", "A"),
        ("administrative_penalty", "P"),
        ("court_judgement", "J"),
    ):
        batch = write.open_batch(
            SYSTEM, source="gate", kind=kind, file_name="gate.csv", sha256=_digest()
        )
        record = NewRecord(
            enterprise_id=firm_id,
            kind=kind,
            source="gate",
            natural_key=f"{mark}-{key}",
            occurred_on=clock.today() - timedelta(days=30),
            content={"secret": f"{mark}-{key}"},
        )
        write.add_records(batch.id, [record])
        write.close_batch(SYSTEM, batch.id, BatchCounts(1, 1, 0, 0))


def _digest() -> str:
    return sha256(uuid4().bytes).hexdigest()


def _set(model: Any, key: UUID, **values: object) -> None:
    db.session.execute(update(model).where(model.id == key).values(**values))
    db.session.expire_all()


def reread(model: Any, key: UUID) -> Any:
    """Return a row as the database holds it now."""
    statement = select(model).where(model.id == key).execution_options(populate_existing=True)
    return db.session.scalars(statement).one()
