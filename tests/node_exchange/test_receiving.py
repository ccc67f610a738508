"""What comes from another node: taken once and in order, or refused with its reason kept."""

import io
import json
import zipfile

import pytest

from tests.factories import parties
from tests.factories.rights import PENALTY
from tests.node_exchange import peers
from tests.node_exchange.peers import HONOUR, Peer, honour_line, line
from xinyidai.credit_records.service import platform_run
from xinyidai.enterprises import queries as firms
from xinyidai.kernel.http import Page
from xinyidai.node_exchange import queries, service
from xinyidai.node_exchange.packaging import MANIFEST, canonical
from xinyidai.node_exchange.unpacking import LARGEST_PACKAGE
from xinyidai.node_exchange.values import FlowPlan, Way


def facts_of(firm):
    with platform_run("quality", "test", enterprise_ids=[firm.id]) as run:
        return run.facts(firm.id)


def counts(outcome):
    assert outcome.refusal is None, outcome.refusal
    return outcome.receipt.document["counts"]


def open_errors(node):
    return [row[0] for row in queries.errors_page(node, Page(), is_open=True)[0]]


def rezipped(body: bytes, **changed: bytes) -> bytes:
    """Write a package anew with other bytes for some of its files."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, changed.get(name.replace(".", "_"), old.read(name)))
    return made.getvalue()


def test_records_are_taken_in_under_the_peer_s_name(link, peer):
    firm, sent = honour_line()
    outcome = service.receive(peer.sent(sent).body)
    assert counts(outcome)["accepted"] == 1
    [fact] = facts_of(firm)
    assert fact.source == "yebei:叶北县发改委（演示）"
    assert fact.content == {"title": "诚信企业1", "awarded_on": "2026-05-01"}


def test_the_same_package_again_gets_the_same_receipt(link, peer):
    firm, sent = honour_line()
    written = peer.sent(sent)
    first, second = service.receive(written.body), service.receive(written.body)
    assert second.is_repeated
    assert second.receipt == first.receipt
    assert len(facts_of(firm)) == 1
    assert link.in_sequence == 1


def test_a_repair_there_ends_the_record_here_and_a_late_copy_does_not_bring_it_back(link, peer):
    firm, sent = honour_line()
    service.receive(peer.sent(sent).body)
    before = firm.facts_version
    ended = counts(service.receive(peer.sent(sent | {"status": "repaired", "fields": {}}).body))
    assert ended["ended"] == 1
    assert facts_of(firm) == ()
    parties.db.session.refresh(firm)
    assert firm.facts_version > before
    assert counts(service.receive(peer.sent(sent).body))["unchanged"] == 1
    assert facts_of(firm) == ()


def test_an_ending_touches_only_what_that_source_had_sent(clerks, link, peer):
    other = Peer(code="xinhe")
    peers.open_link(clerks, other)
    firm, sent = honour_line()
    service.receive(other.sent(sent).body)
    service.receive(peer.sent(sent).body)
    assert counts(service.receive(peer.sent(sent | {"status": "withdrawn"}).body))["ended"] == 1
    assert [fact.source for fact in facts_of(firm)] == ["xinhe:叶北县发改委（演示）"]


def test_lines_that_break_a_rule_are_named_one_by_one(link, peer):
    firm, good = honour_line(1)
    other_name = line(firm, "A", name="别的公司")
    bad_day = line(firm, "B", fields={"title": "B", "awarded_on": "2999-01-01"})
    strange = line(firm, "C", fields={"title": "C", "awarded_on": "2026-05-01", "gender": "男"})
    bad_code = line(firm, "D", uscc="91410400MA9K000A3X")
    twins = [line(firm, "E"), line(firm, "E")]
    nameless = line(firm, "F") | {"extra": 1}
    lines = [good, other_name, bad_day, strange, bad_code, *twins, nameless]
    outcome = service.receive(peer.sent(*lines).body)
    assert counts(outcome) | {"rows": 8, "accepted": 1, "rejected": 7} == counts(outcome)
    faults = outcome.receipt.document["faults"]
    assert sorted({fault["line"] for fault in faults}) == [2, 3, 4, 5, 6, 7, 8]
    assert all(fault["message"] for fault in faults)


def test_a_firm_without_a_code_waits_for_its_name(link, peer):
    _, sent = honour_line()
    nobody = sent | {"uscc": None, "name": "鹰川演示无码商行", "key": "K"}
    assert counts(service.receive(peer.sent(nobody).body))["pending"] == 1
    assert firms.count_pending_names() == 1


def test_an_unknown_kind_is_refused_whole_and_taken_after_the_mapping_is_added(clerks, link, peer):
    firm, sent = honour_line()
    written = peer.sent(sent | {"kind": "rongyu"}, kind="rongyu")
    outcome = service.receive(written.body)
    assert outcome.refusal.code == "unknown_kind"
    assert facts_of(firm) == ()
    [error] = open_errors(link)
    service.add_mapping(clerks[0], link.id, remote_kind="rongyu", kind=HONOUR)
    assert counts(service.replay(clerks[0], error.id))["accepted"] == 1
    assert open_errors(link) == []


def _altered(peer, sent):
    return rezipped(peer.package(sent).body, honour_jsonl=b"{}\n")


def _recount(peer, sent):
    written = peer.package(sent)
    manifest = {**written.manifest, "rows": 2}
    return rezipped(written.body, manifest_json=canonical(manifest))


def _other_version(peer, sent):
    written = peer.package(sent)
    return rezipped(written.body, manifest_json=canonical({**written.manifest, "version": 9}))


def _edited_manifest(peer, sent):
    written = peer.package(sent)
    return rezipped(written.body, manifest_json=canonical({**written.manifest, "catalogue": "x"}))


def _spread_out(peer, sent):
    written = peer.package(sent)
    text = json.dumps(dict(written.manifest), indent=1).encode()
    return rezipped(written.body, manifest_json=text)


def _bomb(_peer, _sent):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, b"0" * (LARGEST_PACKAGE * 2))
    return made.getvalue()


def _more_files(peer, sent):
    made = io.BytesIO(peer.package(sent).body)
    with zipfile.ZipFile(made, "a") as archive:
        archive.writestr("../escape.txt", "x")
    return made.getvalue()


CASES = {
    "no archive": (lambda _p, _s: b"hello", "not_a_package"),
    "empty": (lambda _p, _s: b"", "not_a_package"),
    "cut off": (lambda p, s: p.package(s).body[:-40], "not_a_package"),
    "altered lines": (_altered, "altered"),
    "other counts": (_recount, "wrong_count"),
    "other version": (_other_version, "unknown_format"),
    "edited manifest": (_edited_manifest, "bad_signature"),
    "manifest not canonical": (_spread_out, "bad_package"),
    "zip bomb": (_bomb, "too_large"),
    "too large": (lambda _p, _s: b"0" * (LARGEST_PACKAGE + 1), "too_large"),
    "a file more": (_more_files, "files_differ"),
    "another key": (lambda _p, s: Peer().package(s).body, "bad_signature"),
    "unknown node": (lambda _p, s: Peer(code="nobody").package(s).body, "unknown_node"),
    "for another node": (lambda p, s: p.package(s, receiver="other").body, "wrong_receiver"),
    "a gap": (lambda p, s: p.package(s, sequence=5).body, "sequence_gap"),
    "broken chain": (lambda p, s: p.package(s, previous="0" * 64).body, "broken_chain"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_refused_and_kept_in_the_error_queue(link, peer, name):
    make, code = CASES[name]
    firm, sent = honour_line()
    outcome = service.receive(make(peer, sent))
    assert outcome.receipt is None
    assert outcome.refusal.code == code, outcome.refusal.message
    assert outcome.refusal.message.endswith("。")
    assert facts_of(firm) == ()
    assert link.in_sequence == 0
    [(error, _node)], total = queries.errors_page(None, Page(), is_open=True)
    assert (total, error.code) == (1, code)


def test_an_old_id_with_other_content_is_refused(link, peer):
    _, sent = honour_line()
    first = peer.sent(sent)
    service.receive(first.body)
    again = peer.package(sent, id=peers.package_id_of(first))
    assert service.receive(again.body).refusal.code == "replayed_id"


def test_the_same_trouble_is_counted_and_not_listed_again(link, peer):
    _, sent = honour_line()
    body = peer.package(sent, sequence=3).body
    service.receive(body)
    service.receive(body)
    [error] = open_errors(link)
    assert error.times == 2


def test_an_error_is_closed_when_its_package_comes_whole(link, peer):
    _, sent = honour_line()
    written = peer.package(sent)
    service.receive(rezipped(written.body, honour_jsonl=b"{}\n"))
    assert [error.code for error in open_errors(link)] == ["altered"]
    assert counts(service.receive(written.body))["accepted"] == 1
    assert open_errors(link) == []


def test_a_suspended_link_and_one_whose_agreement_is_over_take_nothing(clerks, link, peer, at):
    _, sent = honour_line()
    service.suspend_node(clerks[0], link.id, "系统升级")
    assert service.receive(peer.package(sent).body).refusal.code == "link_not_active"
    service.activate_node(clerks[0], link.id)
    with at("2031-01-01T09:00"):
        assert service.receive(peer.package(sent).body).refusal.code == "papers_missing"


def test_a_kind_mapped_to_what_needs_authorization_cannot_be_agreed(clerks, peer):
    flow = FlowPlan(way=Way.IN, kind="tax_grade", remote_kind="tax_grade")
    with pytest.raises(Exception, match="须企业授权"):
        peers.open_link(clerks, peer, flows=(flow,))


def test_amounts_and_days_of_other_kinds_are_read_by_the_catalogue(clerks, peer):
    flow = FlowPlan(way=Way.IN, kind=PENALTY, remote_kind=PENALTY)
    peers.open_link(clerks, peer, flows=(flow,))
    firm = parties.enterprise()
    fields = {"decision_no": "鹰环罚〔2026〕9号", "decided_on": "2026-04-01"}
    sent = line(firm, "鹰环罚〔2026〕9号", kind=PENALTY, fields=fields)
    assert counts(service.receive(peer.sent(sent, kind=PENALTY).body))["accepted"] == 1
