"""`xinyidai node`: packages by file out and in, receipts back, replay, and who this node is."""

import dataclasses
import json

import pytest
from click.testing import CliRunner

from tests.factories import parties
from tests.node_exchange import peers
from tests.node_exchange.conftest import deliver
from tests.node_exchange.peers import Peer, honour_line
from xinyidai.kernel.db import own_transaction
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.kernel.signing import PublicKey
from xinyidai.node_exchange import queries
from xinyidai.node_exchange.commands import node as group
from xinyidai.node_exchange.unpacking import open_package
from xinyidai.node_exchange.values import PackageState


def run(*words: object):
    return CliRunner().invoke(group, [str(word) for word in words])


@pytest.fixture
def town(live):
    peer = Peer()
    said = run("identity", "--code", "yingchuan", "--name", "鹰川（演示）", "--level", "city")
    assert "yingchuan" in said.output
    with own_transaction():
        office = parties.credit_office()
        peers.open_link((parties.clerk_of(office), parties.clerk_of(office)), peer)
    return peer


def test_packages_go_out_by_file_and_their_receipt_comes_back_by_file(town, tmp_path):
    with own_transaction():
        deliver(parties.enterprise(), "A")
    assert run("export", "--to", town.code, "--out", tmp_path).exit_code == 0
    [path] = tmp_path.glob("*.zip")
    assert path.name == "yebei-000001.zip"
    package = open_package(path.read_bytes())
    receipt = town.receipt(package.manifest, package.digest, accepted=1)
    answer = tmp_path / "r.json"
    answer.write_text(json.dumps(dataclasses.asdict(receipt)), encoding="utf-8")
    assert run("import", answer).exit_code == 0
    with own_transaction():
        assert queries.find_package(package.id).state is PackageState.DELIVERED
    run("export", "--to", town.code, "--out", tmp_path / "again")
    assert list((tmp_path / "again").glob("*")) == []
    run("export", "--to", town.code, "--out", tmp_path / "again", "--all")
    assert len(list((tmp_path / "again").glob("*.zip"))) == 1


def test_a_package_comes_in_by_file_with_its_receipt_beside_it(town, tmp_path):
    with own_transaction():
        _, good = honour_line()
    path = tmp_path / "in.zip"
    path.write_bytes(town.sent(good, good | {"key": "B", "fields": {}}).body)
    done = run("import", path)
    assert done.exit_code == 3
    assert json.loads(done.stdout.splitlines()[0])["accepted"] == 1
    kept = json.loads((tmp_path / "in.zip.receipt.json").read_text(encoding="utf-8"))
    assert kept["document"]["counts"]["rejected"] == 1
    assert "以前已经接收" in run("import", path).output


def test_what_is_refused_says_why_and_exits_two(town, tmp_path):
    path = tmp_path / "bad.zip"
    path.write_bytes(b"nothing")
    refused = run("import", path)
    assert refused.exit_code == 2
    assert "不是完整的交换包" in refused.output
    absent = run("import", tmp_path / "absent.zip")
    assert isinstance(absent.exception, InvalidInput)


def test_replay_of_nothing_is_not_found(town):
    refused = run("replay", "01a0cbfd-c100-7956-94eb-b50a79f0ad7b")
    assert isinstance(refused.exception, NotFound)


def test_the_public_key_is_printed_and_stays_the_same(town):
    first, second = run("keys").output, run("keys").output
    assert first == second
    assert PublicKey.parse(first).name.endswith("/node")
