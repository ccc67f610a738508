"""What goes out: what has changed, within the open attribute, once, and nothing lost."""

import threading

import pytest
from sqlalchemy import text

from tests.factories import parties
from tests.node_exchange import peers
from tests.node_exchange.conftest import deliver
from tests.node_exchange.peers import HONOUR, Peer, line
from xinyidai.catalogue.kinds import KINDS
from xinyidai.catalogue.values import OpenAttribute
from xinyidai.credit_records.models import QueryEvent
from xinyidai.credit_records.service import door, exchange, write
from xinyidai.credit_records.service.door import Aperture
from xinyidai.credit_records.service.exchange import ExchangeEvent, Stretch
from xinyidai.credit_records.values import QueryKind, RecordStatus
from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import db as database
from xinyidai.kernel.db import new_id, own_transaction
from xinyidai.kernel.errors import InvalidInput, RuleBroken
from xinyidai.kernel.signing import PublicKey
from xinyidai.node_exchange import queries, rules, service
from xinyidai.node_exchange.unpacking import open_package, read_lines, require_signed
from xinyidai.node_exchange.values import FlowPlan, Way


def lines_of(body: bytes) -> list[dict]:
    package = open_package(body)
    return [content for file in package.files for _, content in read_lines(package, file)]


def sent_now(node, **how) -> list[dict]:
    """Run a round and return every line that goes out."""
    ids = list(service.build_round(SYSTEM, node.id, **how))
    return [each for one in ids for each in lines_of(service.bodies.read(one))]


def retire(firm, key: str, status: RecordStatus) -> None:
    number = exchange.find_record(firm.id, HONOUR, "发改委", key)
    write.retire_record(SYSTEM, firm.id, number, status, "测试")


def test_a_record_goes_out_in_the_words_of_the_catalogue(link):
    firm = parties.enterprise()
    deliver(firm, "A")
    assert sent_now(link) == [line(firm, "A", source="发改委")]


def test_a_changed_record_goes_out_as_it_stands(link):
    firm = parties.enterprise()
    deliver(firm, "A")
    sent_now(link)
    deliver(firm, "A", organ="市文明办")
    last = sent_now(link)[-1]
    assert (last["status"], last["fields"]["organ"]) == ("in_force", "市文明办")


@pytest.mark.parametrize("status", ["repaired", "withdrawn", "corrected"])
def test_an_ended_record_goes_out_as_its_end_without_what_it_said(link, status):
    firm = parties.enterprise()
    deliver(firm, "A")
    sent_now(link)
    retire(firm, "A", RecordStatus(status))
    [ended] = sent_now(link)
    assert ended == line(firm, "A", source="发改委", status=status, fields={})


def test_an_end_is_not_told_while_the_record_stands_anew(link):
    firm = parties.enterprise()
    deliver(firm, "A")
    sent_now(link)
    retire(firm, "A", RecordStatus.WITHDRAWN)
    deliver(firm, "A", organ="重新认定")
    assert {each["status"] for each in sent_now(link)} == {"in_force"}


def test_a_large_round_is_cut_into_packages_that_are_chained(link):
    firms = [parties.enterprise() for _ in range(7)]
    for firm in firms:
        deliver(firm, "A")
    bodies = [service.bodies.read(i) for i in service.build_round(SYSTEM, link.id, rows=3)]
    packages = [open_package(body) for body in bodies]
    assert [len(lines_of(body)) for body in bodies] == [3, 3, 1]
    assert [package.sequence for package in packages] == [1, 2, 3]
    assert [p.previous for p in packages] == ["", packages[0].digest, packages[1].digest]
    key = PublicKey.parse(service.own_verifier())
    assert [require_signed(package, key) for package in packages] == [None] * 3


def test_a_round_goes_on_where_the_last_package_ended(link):
    for _ in range(4):
        deliver(parties.enterprise(), "A")
    package, is_over = service.build_next(SYSTEM, link.id, rows=3)
    assert (package.rows, is_over) == (3, False)
    package, is_over = service.build_next(SYSTEM, link.id, begins=False, rows=3)
    assert (package.rows, is_over) == (1, True)


def test_nothing_goes_back_to_where_it_came_from(clerks, link, peer):
    _, sent = peers.honour_line()
    service.receive(peer.sent(sent).body)
    assert sent_now(link) == []
    up = peers.open_link(clerks, Peer(code="yusheng"))
    [forwarded] = sent_now(up)
    assert forwarded["source"] == "yebei:叶北县发改委（演示）"


def test_fields_about_persons_and_invented_codes_do_not_leave(clerks, peer):
    kind = "administrative_licence"
    flow = FlowPlan(way=Way.OUT, kind=kind, remote_kind=kind)
    node = peers.open_link(clerks, peer, flows=(flow,))
    firm = parties.enterprise(code_invented=True)
    deliver(firm, "XK1", kind=kind, xk_wsh="XK1", xk_frdb="张演示")
    [sent] = sent_now(node)
    assert sent["uscc"] is None
    assert sent["fields"] == {"xk_wsh": "XK1"}


def test_each_package_is_an_event_of_its_own_in_the_log(link):
    firm = parties.enterprise()
    deliver(firm, "A")
    [package_id] = service.build_round(SYSTEM, link.id)
    [event] = database.session.query(QueryEvent).filter_by(kind=QueryKind.EXCHANGE)
    package = queries.find_package(package_id)
    assert (event.batch_id, event.result_hash) == (package_id, package.digest)
    assert (event.record_count, event.firm_count, event.kinds) == (1, 1, [HONOUR])


CLOSED = sorted(k.code for k in KINDS.values() if k.open_attribute is OpenAttribute.AUTHORIZED)
SHARED = sorted(k.code for k in KINDS.values() if k.open_attribute is OpenAttribute.GOVERNMENT)


@pytest.mark.parametrize("kind", CLOSED)
def test_what_only_an_authorization_opens_is_never_agreed_nor_read(kind):
    assert "须企业授权" in rules.kind_fault(kind, allows_government=True)
    stretch = Stretch(kind=kind, since=0, after=0, until=9, but_from="x")
    with pytest.raises(RuleBroken, match="须企业授权"):
        exchange.read_stretch(
            ExchangeEvent(new_id(), new_id(), frozenset({kind})), stretch, 9, ended=False
        )


@pytest.mark.parametrize("kind", SHARED)
def test_what_offices_share_needs_an_agreement_that_says_so(kind):
    assert rules.kind_fault(kind, allows_government=False)
    personal = rules.needs_person(KINDS[kind])
    assert bool(rules.kind_fault(kind, allows_government=True)) is personal


def test_a_plan_with_a_closed_kind_is_refused_with_a_sentence(clerks, peer):
    flow = FlowPlan(way=Way.OUT, kind="tax_grade", remote_kind="tax_grade")
    with pytest.raises(InvalidInput) as refused:
        service.propose_node(clerks[0], peers.plan_of(peer, flows=(flow,)))
    assert "纳税信用级别" in refused.value.fields["flows"]


@pytest.fixture
def town(live):
    """This node in a database where commits are real."""
    with own_transaction():
        peers.settle_self()
        office = parties.credit_office()
        clerks = parties.clerk_of(office), parties.clerk_of(office)
        node_id = peers.open_link(clerks, Peer()).id
        firms = [parties.enterprise() for _ in range(3)]
        ids = [firm.id for firm in firms]
    return live, node_id, ids


def keys_sent(node_id) -> list[str]:
    ids = list(service.build_round(SYSTEM, node_id))
    with own_transaction():
        return [each["key"] for one in ids for each in lines_of(service.bodies.read(one))]


def test_only_what_has_changed_goes_out_again(town):
    _, node_id, [first, second, _] = town
    _deliver(first, "A")
    assert keys_sent(node_id) == ["A"]
    assert keys_sent(node_id) == []
    _deliver(second, "B")
    assert keys_sent(node_id) == ["B"]


def test_what_ended_before_it_was_ever_sent_is_not_told(town):
    _, node_id, [first, second, third] = town
    for firm, key in ((first, "A"), (second, "B")):
        _deliver(firm, key)
        with own_transaction():
            retire(database.session.get(Enterprise, firm), key, RecordStatus.REPAIRED)
        assert keys_sent(node_id) == []
    _deliver(third, "C")
    assert keys_sent(node_id) == ["C"]


def _deliver(firm_id, key: str) -> None:
    with own_transaction():
        deliver(database.session.get(Enterprise, firm_id), key)


def test_a_record_committed_late_under_a_low_number_is_not_lost(town):
    """One delivery draws its numbers first and commits last, after others were sent."""
    app, node_id, firms = town
    written, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with app.app_context(), own_transaction():
            firm = database.session.get(Enterprise, firms[0])
            deliver(firm, "SLOW", source="慢局")
            written.set()
            assert may_commit.wait(120)

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(120)
    try:
        with own_transaction():
            deliver(database.session.get(Enterprise, firms[1]), "FAST", source="快局")
        assert keys_sent(node_id) == ["FAST"]
        assert "SLOW" not in keys_sent(node_id)
    finally:
        may_commit.set()
        thread.join(30)
    assert "SLOW" in keys_sent(node_id)
    assert _numbers() == ["SLOW", "FAST"], "the late one has the lower number"
    keys_sent(node_id)
    assert keys_sent(node_id) == []


def _numbers() -> list[str]:
    with own_transaction():
        statement = text("select natural_key from credit.credit_record order by id")
        return [row[0] for row in door.read(Aperture(platform_run="test"), statement)]
