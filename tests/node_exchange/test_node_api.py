"""The nodes' door over HTTP: packages, receipts, heartbeats, fetching; who may ask for what."""

import dataclasses
import itertools
from datetime import timedelta

import pytest

from tests.factories import parties
from tests.node_exchange import peers
from tests.node_exchange.conftest import deliver
from tests.node_exchange.peers import Peer, honour_line
from xinyidai.kernel import clock
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import db as database
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.http import Page
from xinyidai.node_exchange import queries, service
from xinyidai.node_exchange.unpacking import LARGEST_PACKAGE
from xinyidai.node_exchange.values import PackageState

PACKAGES = "/api/v1/nodes/packages"


@pytest.fixture
def city(live, peer):
    """This node with one link and a firm, committed; the client of a machine outside."""
    with own_transaction():
        peers.settle_self()
        office = parties.credit_office()
        clerks = parties.clerk_of(office), parties.clerk_of(office)
        node_id = peers.open_link(clerks, peer).id
        _firm, sent = honour_line()
    return live.test_client(), node_id, sent


def post(client, body):
    return client.post(PACKAGES, data=body, content_type="application/zip")


def test_a_package_gets_a_signed_receipt_and_the_same_one_again(city, peer):
    client, _, sent = city
    body = peer.sent(sent).body
    first, second = post(client, body), post(client, body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json
    assert first.json["document"]["counts"]["accepted"] == 1


def test_a_refusal_is_a_problem_document_and_stays_in_the_queue(city, peer):
    client, _, sent = city
    answer = post(client, peer.package(sent, sequence=7).body)
    assert (answer.status_code, answer.json["code"]) == (409, "sequence_gap")
    assert answer.json["expected"] == 1
    assert "应接收第 1 号" in answer.json["detail"]
    with own_transaction():
        assert queries.errors_page(None, Page(), is_open=True)[1] == 1


def test_strangers_and_oversized_bodies_are_refused(city):
    client, _, sent = city
    stranger = post(client, Peer(code="nobody").package(sent).body)
    assert (stranger.status_code, stranger.json["code"]) == (403, "unknown_node")
    large = post(client, b"0" * (LARGEST_PACKAGE + 1))
    assert (large.status_code, large.json["code"]) == (422, "too_large")
    assert post(client, b"0" * (LARGEST_PACKAGE + 3 * 1024**2)).status_code == 413


def test_only_the_node_itself_fetches_its_packages_by_a_signed_request(city, peer):
    client, node_id, _ = city
    with own_transaction():
        deliver(parties.enterprise(), "A")
    [package_id] = service.build_round(SYSTEM, node_id)
    listed = client.get(PACKAGES + "?after=0", headers=peer.headers(PACKAGES + "?after=0"))
    assert [item["id"] for item in listed.json["items"]] == [str(package_id)]
    place = f"{PACKAGES}/{package_id}"
    assert client.get(place).status_code == 403
    assert client.get(place, headers=peer.headers(PACKAGES)).status_code == 403
    assert client.get(place, headers=Peer().headers(place)).status_code == 403
    answer = client.get(place, headers=peer.headers(place))
    assert (answer.status_code, answer.content_type) == (200, "application/zip")
    with own_transaction():
        package = queries.find_package(package_id)
        receipt = peer.receipt(package.manifest, package.digest, accepted=1)
    taken = client.post("/api/v1/nodes/receipts", json=dataclasses.asdict(receipt))
    assert taken.json == {"taken": True}
    with own_transaction():
        assert queries.find_package(package_id).state is PackageState.DELIVERED


def test_a_package_of_one_node_does_not_exist_for_another(city, peer):
    client, node_id, _ = city
    other = Peer(code="xinhe")
    with own_transaction():
        office = parties.credit_office()
        peers.open_link((parties.clerk_of(office), parties.clerk_of(office)), other)
        deliver(parties.enterprise(), "A")
    [package_id] = service.build_round(SYSTEM, node_id)
    place = f"{PACKAGES}/{package_id}"
    assert client.get(place, headers=other.headers(place)).status_code == 404


def test_an_old_signature_opens_nothing(city, peer):
    client, _, _ = city
    place = PACKAGES + "?after=0"
    with clock.at(clock.now() - timedelta(hours=1)):
        headers = peer.headers(place)
    assert client.get(place, headers=headers).status_code == 403


def test_the_sender_asks_for_its_receipt(city, peer):
    client, _, sent = city
    written = peer.sent(sent)
    receipt = post(client, written.body).json
    place = f"/api/v1/nodes/receipts/{written.manifest['id']}"
    assert client.get(place, headers=peer.headers(place)).json == receipt
    assert client.get(place).status_code == 403


def test_a_heartbeat_for_another_or_of_another_time_is_refused(city, peer):
    client, _, _ = city
    long_ago = "2020-01-01T00:00:00+08:00"
    for change in ({"to": "other"}, {"sent_at": long_ago}, {"from": "nobody"}):
        beat = dataclasses.asdict(peer.heartbeat(**change))
        assert client.post("/api/v1/nodes/heartbeats", json=beat).status_code == 403, change


def test_a_heartbeat_is_kept_and_says_how_far_the_chain_has_come(city, peer):
    client, node_id, sent = city
    post(client, peer.sent(sent).body)
    beat = dataclasses.asdict(peer.heartbeat())
    answer = client.post("/api/v1/nodes/heartbeats", json=beat)
    assert answer.json == {"code": "yingchuan", "in_sequence": 1, "is_active": True}
    with own_transaction():
        assert queries.find_node(node_id).heard_at is not None


RUBBISH = [None, {}, [], {"document": 1}, {"document": {}, "key_id": "x" * 8, "signature": "A"}]


def test_rubbish_is_answered_with_a_problem_document(city):
    client, _, _ = city
    for place, body in itertools.product(("receipts", "heartbeats"), RUBBISH):
        answer = client.post(f"/api/v1/nodes/{place}", json=body)
        assert 400 <= answer.status_code < 500, (place, body)
        assert answer.json["detail"]


def test_a_forged_receipt_changes_nothing(city):
    client, node_id, _ = city
    with own_transaction():
        deliver(parties.enterprise(), "A")
    [package_id] = service.build_round(SYSTEM, node_id)
    with own_transaction():
        package = queries.find_package(package_id)
        forged = Peer().receipt(package.manifest, package.digest)
    answer = client.post("/api/v1/nodes/receipts", json=dataclasses.asdict(forged))
    assert (answer.status_code, answer.json["code"]) == (422, "bad_receipt")
    database.session.rollback()
    assert queries.find_package(package_id).state is PackageState.WAITING
