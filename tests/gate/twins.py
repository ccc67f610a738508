"""Two worlds alike in everything, each with unmistakable marks in all that is private to it.

`XQMARK…` stands in what only the world's own parties may read, `XQNAME…` in the firm's name, which
who knows its code may learn, `XQSTAFF…` in the names of the bank's people, among whom a firm may
choose an officer, `XQSECRET…` in the credit records, which no page of anybody else shows.
"""

import io
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient

from tests.factories import files, parties
from tests.matching.factories import SUBJECT, WISH
from tests.products import factories as products
from xinyidai.accounts.models import Account, ApiToken
from xinyidai.accounts.service import open_client, open_session, token_hash
from xinyidai.accounts.session import COOKIE
from xinyidai.accounts.values import Position
from xinyidai.applications import service as applications
from xinyidai.applications.rules import Wanted
from xinyidai.applications.service import Draft
from xinyidai.catalogue.commitments import CommitmentKind
from xinyidai.catalogue.objections import ObjectionSubject
from xinyidai.commitments import service as commitments
from xinyidai.commitments.values import Promise, TemplateDraft
from xinyidai.consents import service as consents
from xinyidai.consents.service import ConsentRefused
from xinyidai.consents.values import ConsentDraft, ConsentMode
from xinyidai.credit_records import queries as credit_queries
from xinyidai.credit_records.service import NewRecord, read_own, write
from xinyidai.credit_records.values import BatchCounts
from xinyidai.declarations import service as declarations
from xinyidai.deliveries import service as deliveries
from xinyidai.financing_needs import service as needs
from xinyidai.financing_needs.values import NeedFacts
from xinyidai.institutions.values import DepartmentKind, InstitutionKind
from xinyidai.joint_checks import service as joint_checks
from xinyidai.joint_checks.values import CheckOrder
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM, Role
from xinyidai.kernel.db import db, own_transaction
from xinyidai.leads.models import Lead, LeadSearch
from xinyidai.leads.values import LeadOrigin, LeadState
from xinyidai.matching import service as matching
from xinyidai.matching.service import MatchRequest
from xinyidai.matchmaking_events import service as events
from xinyidai.matchmaking_events.service import EventPlan
from xinyidai.matchmaking_events.values import EventFormat
from xinyidai.notifications import queries as notification_queries
from xinyidai.notifications import service as notifications
from xinyidai.notifications.values import Topic
from xinyidai.objections import service as objections
from xinyidai.objections.values import Target, Wording
from xinyidai.repairs import service as repairs
from xinyidai.repairs.values import RepairClaim
from xinyidai.scoring.service import batch_looks
from xinyidai.scoring.service.looks import LookOrder, look
from xinyidai.whitelist import service as whitelist
from xinyidai.whitelist.service import Nomination

PURPOSE = "pre_loan"
SCOPES = "applications products queries"
LIST = "small_micro_coordination"
# Which department delivers what each world's firm objects to.
SOURCES = {"A": ("taxation", "tax_grade"), "B": ("court", "court_judgement")}
ARREARS = "social_insurance_arrears"
# role letter, role, party
STAFF = (
    ("E", Role.ENTERPRISE_USER, "firm"),
    ("B", Role.BANK_OFFICER, "bank"),
    ("P", Role.BANK_PRODUCT_MANAGER, "bank"),
    ("G", Role.GUARANTOR, "guarantor"),
    ("D", Role.DEPARTMENT, "department"),
    ("O", Role.CREDIT_OFFICE, "office"),
    ("A", Role.AUDITOR, "audit"),
    ("S", Role.OPERATOR, None),
)
CITY_WIDE = frozenset("OAS")  # their sight is the whole city, by their office


@dataclass
class World:
    """One firm, one bank and all that lies between them."""

    letter: str
    uscc: str = ""
    token: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, UUID] = field(default_factory=dict)
    # Objects by the kind that the routes' table names.
    ids: dict[str, UUID | str] = field(default_factory=dict)

    @property
    def private(self) -> str:
        return f"XQMARK{self.letter}"

    @property
    def name(self) -> str:
        return f"XQNAME{self.letter}"

    @property
    def staff(self) -> str:
        return f"XQSTAFF{self.letter}"

    @property
    def secret(self) -> str:
        return f"XQSECRET{self.letter}"

    def client(self, app: Flask, role: str) -> FlaskClient:
        """Return a client in a role; `*` is nobody, `C` the bank's own system."""
        client = app.test_client()
        if role in self.cookies:
            client.set_cookie(COOKIE, self.cookies[role])
        return client

    def headers(self, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if role == "C" else {}

    def sign_in(self, role: str) -> None:
        """Open a session for the role's account."""
        with own_transaction():
            account = db.session.get_one(Account, self.accounts[role])
            self.cookies[role] = open_session(account, "gate")


def build_twins() -> tuple[World, World]:
    """Add and commit two worlds around one public event."""
    with own_transaction():
        clerk = parties.clerk_of(parties.credit_office())
        event = events.plan_event(clerk, _plan())
        events.open_event(clerk, event.id)
        event_id = event.id
    return _world("A", event_id), _world("B", event_id)


def _plan() -> EventPlan:
    starts_at = clock.now() + timedelta(days=7)
    return EventPlan(
        title="鹰川市演示对接会", description="面向制造业", format=EventFormat.ONSITE, place="礼堂",
        region_code="410400", starts_at=starts_at, ends_at=starts_at + timedelta(hours=3),
        sign_up_until=starts_at - timedelta(days=1), capacity=100,
    )  # fmt: skip


def _world(letter: str, event_id: UUID) -> World:
    world = World(letter)
    with own_transaction():
        _people(world)
        world.ids["event"] = event_id
        _records(world)
        _products(world)
        _agreements(world)
    with own_transaction():
        _business(world, event_id)
        _seeking(world)
    with own_transaction():
        _delivery(world)
        _cases(world)
    with own_transaction():
        _promises(world)
    _looks(world)
    for role, _, _ in STAFF:
        world.sign_in(role)
    return world


def _people(world: World) -> None:
    mark = world.private
    rows: dict[str, Any] = {
        "firm": parties.enterprise(
            name=f"{world.name}轴承有限公司", legal_representative=f"{mark}长"
        ),
        "bank": parties.institution(),
        "guarantor": parties.institution(InstitutionKind.GUARANTEE),
        "department": parties.department(code=SOURCES[world.letter][0]),
        "office": parties.credit_office(),
        "audit": parties.department(DepartmentKind.AUDIT),
    }
    world.uscc = rows["firm"].uscc
    for role, kind, party in STAFF:
        name = f"{world.staff if party == 'bank' else mark}{role}员"
        account = parties.account(
            kind, rows.get(party) if party else None, name=name, is_demo=False
        )
        world.accounts[role] = account.id
    agent = parties.account(
        Role.ENTERPRISE_USER, rows["firm"], name=f"{mark}经办", position=Position.AGENT,
        mandate_until=clock.today() + timedelta(days=300), phone="13912345678", is_demo=False,
    )  # fmt: skip
    world.ids |= {name: row.id for name, row in rows.items()} | {"account": agent.id}
    client, _ = open_client(SYSTEM, rows["bank"].id, f"{mark}信贷系统", scope=SCOPES)
    world.token = uuid4().hex
    db.session.add(
        ApiToken(
            api_client_id=client.id,
            token_hash=token_hash(world.token),
            scope=SCOPES,
            expires_at=clock.now() + timedelta(days=1),
        )
    )


def _records(world: World) -> None:
    for kind in ("tax_grade", "administrative_penalty", "court_judgement", ARREARS):
        digest = sha256(uuid4().bytes).hexdigest()
        batch = write.open_batch(
            SYSTEM, source="gate", kind=kind, file_name="gate.csv", sha256=digest
        )
        record = NewRecord(
            enterprise_id=_id(world, "firm"),
            kind=kind,
            source="gate",
            natural_key=f"{world.secret}-{kind}",
            occurred_on=clock.today() - timedelta(days=30),
            content={"cf_wsh": world.secret, "case_no": world.secret, "cf_nr": world.secret},
        )
        write.add_records(batch.id, [record])
        write.close_batch(SYSTEM, batch.id, BatchCounts(1, 1, 0, 0))


def _products(world: World) -> None:
    manager = _actor(world, "P")
    listed = products.listed_version(manager, code=f"L{uuid4().hex[:8]}")
    draft = products.draft(
        manager, code=f"D{uuid4().hex[:8]}", name=f"{world.private}贷", description=world.private
    )
    world.ids |= {"product": listed.product_id, "listed": listed.id, "version": draft.id}


def _agreements(world: World) -> None:
    boss, officer = _actor(world, "E"), _actor(world, "B")
    draft = _terms(world)
    [consent] = consents.grant_directly(boss, [draft])
    pending = consents.request_consent(officer, draft)
    world.ids |= {"consent": consent.id, "pending": pending.id, "consent_no": consent.consent_no}


def _terms(world: World) -> ConsentDraft:
    today = clock.today()
    return ConsentDraft(
        enterprise_id=_id(world, "firm"),
        institution_id=_id(world, "bank"),
        purpose=PURPOSE,
        item_codes=["registration", "tax", "judicial"],
        valid_until=today + timedelta(days=60),
        data_from=today - timedelta(days=365),
        data_life_days=30,
        mode=ConsentMode.STORE,
        max_uses=10,
    )


def _business(world: World, event_id: UUID) -> None:
    mark, boss, officer = world.private, _actor(world, "E"), _actor(world, "B")
    firm_id = _id(world, "firm")
    wanted = Wanted(50_000_000, 12, f"{mark}采购", f"{mark}联系人", "13987654321")
    application = applications.start_application(
        boss, Draft(uuid4(), _id(world, "product"), wanted)
    )
    applications.link_consent(boss, application.id, _id(world, "consent"))
    applications.submit_application(boss, application.id)
    need = needs.draft_need(boss, firm_id, NeedFacts(WISH, f"{mark}用途", most_banks=1))
    needs.publish_need(boss, need.id)
    # Its one place is taken, so that no other bank meets it in the pool.
    needs.claim_need(officer, need.id)
    events.register(boss, event_id)
    events.register(officer, event_id)
    entry = whitelist.nominate_enterprise(
        _actor(world, "D"), Nomination(LIST, firm_id, f"{mark}推荐", _evidence(mark))
    )
    for party in ("enterprise", "institution"):
        key = "firm" if party == "enterprise" else "bank"
        notifications.send(
            topic=Topic.CONSENT_REQUESTED,
            title=f"{mark}消息",
            body=f"{mark}内容",
            **{f"{party}_id": _id(world, key)},
        )
    world.ids |= {"application": application.id, "need": need.id, "entry": entry.id}


def _seeking(world: World) -> None:
    """Let the bank seek firms under a name of its own, and the firm wait to answer."""
    firm_id, bank_id = _id(world, "firm"), _id(world, "bank")
    search = LeadSearch(
        institution_id=bank_id,
        name=f"{world.private}查找",
        criteria=[{"code": "asked_0", "field": "industry", "operator": "in_industry",
                   "value": ["C34"], "denial_text": "不符合。"}],
        fingerprint=world.letter,
    )  # fmt: skip
    db.session.add(search)
    db.session.flush()
    lead = Lead(
        search_id=search.id,
        institution_id=bank_id,
        enterprise_id=firm_id,
        origin=LeadOrigin.INVITED,
        state=LeadState.SENT,
        reasons=[f"{world.private}条件"],
        item_codes=["registration"],
        rules_version="测试",
    )
    db.session.add(lead)
    db.session.flush()
    world.ids |= {"search": search.id, "lead": lead.id}


def _cases(world: World) -> None:
    """Let the firm object to a record, which goes to its source, and ask for a repair."""
    boss, mark = _actor(world, "E"), world.private
    records = {fact.kind: fact.id for fact in read_own(boss, _id(world, "firm"))}
    target = Target(subject=ObjectionSubject.RECORD, record_id=records[SOURCES[world.letter][1]])
    objection = objections.open_objection(
        boss, target, Wording(reason="other", statement=f"{mark}说明")
    )
    objections.accept_objection(_actor(world, "O"), objection.id)
    claim = RepairClaim(duty_note=f"{mark}已缴清", signed_name=mark, has_signed=True)
    repair = repairs.apply_for_repair(boss, records[ARREARS], claim)
    world.ids |= {"objection": objection.id, "repair": repair.id}
    order = CheckOrder(uscc=world.uscc, occasion="bidding", case_no=f"{mark}办件")
    world.ids["joint_check"] = joint_checks.check(_actor(world, "D"), order).id


def _delivery(world: World) -> None:
    """Let the department deliver a file whose name tells whose it is."""
    clerk = _actor(world, "D")
    source = deliveries.ensure_source(clerk.party_id)
    file = io.BytesIO(f"企业名称,{world.private}\n鹰川市演示有限公司,1\n".encode())
    claim = deliveries.Claim(f"{world.private}.csv")
    world.ids["delivery"] = deliveries.upload(clerk, source, file, claim).id


def _promises(world: World) -> None:
    """Let the firm declare something with a file, and promise something with evidence."""
    boss, clerk, mark = _actor(world, "E"), _actor(world, "O"), world.private
    made = declarations.start_declaration(boss, "charity")
    texts = {"activity": f"{mark}捐赠", "organ": mark, "happened_on": "2026-01-05"}
    declarations.save_fields(boss, made.id, texts)
    file = declarations.attach_file(boss, made.id, f"{mark}.pdf", files.pdf(mark))
    declarations.submit_declaration(boss, made.id, agreed=True)
    second = parties.clerk_of(parties.credit_office())
    draft = TemplateDraft(
        code=f"gate_{world.letter.lower()}", kind=CommitmentKind.PROACTIVE, title="演示公开承诺书",
        body="{企业名称}{统一社会信用代码}{承诺事项}{履行期限}", term_days=90,
    )  # fmt: skip
    template = commitments.draft_template(clerk, draft)
    commitments.approve_template(second, template.id)
    promise = Promise(
        template_id=template.id, matter="按期交货", agreed=True, request_key=uuid4(),
        due_on=clock.today() + timedelta(days=30),
    )  # fmt: skip
    promised = commitments.sign_commitment(boss, promise)
    evidence = commitments.attach_evidence(boss, promised.id, f"{mark}.pdf", files.pdf(mark))
    world.ids |= {"declaration": made.id, "file": file.id, "commitment": promised.id}
    world.ids |= {"evidence": evidence.id, "commitment_no": promised.number}


def _evidence(mark: str) -> dict[str, str]:
    from xinyidai.catalogue.list_types import get_list_type

    return {standard.code: f"{mark}已核实" for standard in get_list_type(LIST).standards}


def _looks(world: World) -> None:
    officer, firm_id, consent_id = _actor(world, "B"), _id(world, "firm"), _id(world, "consent")
    with own_transaction():
        snapshot = look(officer, LookOrder(consent_id, firm_id, PURPOSE))
        batch = batch_looks.order_batch(officer, uuid4(), [consent_id])
        world.ids |= {"snapshot": snapshot.id, "look": snapshot.event_id, "batch": batch.id}
    batch_looks.run_batch(_id(world, "batch"))
    try:
        with own_transaction():
            look(officer, LookOrder(consent_id, firm_id, "post_loan"))
    except ConsentRefused:
        refused = credit_queries.looks_under_consent(consent_id)[0]
        world.ids["refused look"] = refused.id
    with own_transaction():
        request = MatchRequest(SUBJECT, WISH, _facts_version(firm_id))
        matching.match_products(_actor(world, "E"), firm_id, request)
    mailbox = notifications.require_mailbox(_actor(world, "E"))
    [message, *_] = [
        each
        for each in notification_queries.page_of(mailbox, limit=50, offset=0)
        if world.private in each.title
    ]
    world.ids["message"] = message.id
    db.session.rollback()


def _facts_version(firm_id: UUID) -> int:
    from xinyidai.enterprises.models import Enterprise

    return int(db.session.get_one(Enterprise, firm_id).facts_version)


def _id(world: World, kind: str) -> UUID:
    found = world.ids[kind]
    assert isinstance(found, UUID)
    return found


def _actor(world: World, role: str) -> Any:
    return db.session.get_one(Account, world.accounts[role]).as_actor()
