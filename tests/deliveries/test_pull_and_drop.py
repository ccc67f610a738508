"""Gateways and the drop folder: taken once, from where the last run ended, and nothing half."""

import dataclasses
import json
import os
import re
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest

from tests.deliveries.deliverers import GOOD, KIND, A, work
from xinyidai.deliveries import gateway_server, queries, service
from xinyidai.deliveries.models import Delivery
from xinyidai.deliveries.rules import address_fault
from xinyidai.deliveries.values import DeliveryChannel, DeliveryState, Interface
from xinyidai.kernel import clock, signing
from xinyidai.kernel.db import db as database
from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.http import Page
from xinyidai.kernel.settings import child_environment
from xinyidai.kernel.signing import Algorithm


def line_of(amount: int) -> bytes:
    facts = {
        "统一社会信用代码": A,
        "企业名称": "鹰川甲有限公司",
        "欠税税种": "增值税",
        "欠税余额（元）": str(amount),
        "公告日期": "2024-01-02",
    }
    return (json.dumps(facts, ensure_ascii=False) + "\n").encode()


@contextmanager
def gateway(folder, key, source="tax_push"):
    server = gateway_server.make_server(gateway_server.Offer(folder, source, key), 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def offered(tmp_path):
    folder = tmp_path / "offered"
    folder.mkdir()
    for number in (1, 2):
        (folder / f"{KIND}~2024-0{number}.jsonl").write_bytes(line_of(number))
    return folder


def link(town, address, source_id=None):
    source_id = source_id or town.source()
    service.set_gateway(town.officer.as_actor(), source_id, address)
    database.session.commit()
    return source_id


def everything() -> list[Delivery]:
    database.session.expire_all()
    rows, _ = queries.list_deliveries(Page(1, 100))
    return [row.delivery for row in rows]


def test_batches_are_pulled_once_and_collected(town, offered):
    with gateway(offered, town.key) as address:
        source_id = link(town, address)
        assert service.pull(source_id) == 2
        assert service.pull(source_id) == 0
        (offered / f"{KIND}~2024-03.jsonl").write_bytes(line_of(3))
        assert service.pull_all() == 1
    assert queries.gateway_of(source_id).cursor == "2024-03"
    assert {work(each.id).state for each in everything()} == {DeliveryState.COLLECTED}
    assert {each.channel for each in everything()} == {DeliveryChannel.PULL}


def test_a_gateway_that_breaks_off_is_noted_and_resumed(town, offered):
    with gateway(offered, town.key) as address:
        source_id = link(town, address)
        (offered / f"{KIND}~2024-02.jsonl").write_bytes(b"")
        assert service.pull(source_id) == 1
        found = queries.gateway_of(source_id)
        assert (found.cursor, found.failures) == ("2024-01", 1)
        assert "文件是空的" in found.message
        (offered / f"{KIND}~2024-02.jsonl").write_bytes(line_of(2))
        assert service.pull(source_id) == 1
    database.session.expire_all()
    found = queries.gateway_of(source_id)
    assert (found.cursor, found.failures, found.message) == ("2024-02", 0, None)


def test_a_gateway_that_is_away_is_no_trouble_of_another(town, offered):
    away = link(town, "http://127.0.0.1:9")
    with gateway(offered, town.key, "tax_two") as address:
        link(town, address, town.source("tax_two"))
        assert service.pull_all() == 2
    database.session.expire_all()
    assert "连接不上" in queries.gateway_of(away).message
    figures = queries.call_figures(clock.now() - timedelta(days=1))[Interface.PULL]
    assert (figures.calls, figures.failed) == (2, 1)


def test_what_another_key_signed_is_not_taken(town, offered):
    with gateway(offered, signing.generate("source", Algorithm.ED25519)) as address:
        source_id = link(town, address)
        assert service.pull(source_id) == 0
    assert "签名不是来源登记的密钥" in queries.gateway_of(source_id).message
    assert everything() == []


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"nonsense", "不符合约定"),
        (b"[]", "不符合约定"),
        (b'{"batches": [{"id": "../x"}]}', "不符合约定"),
        (b'{"batches": 5}', "不符合约定"),
        (b'{"batches": ' + b"[" * 100_000, "不符合约定"),
        (b"\xff\xfe", "不符合约定"),
    ],
)
def test_a_gateway_that_talks_nonsense_is_noted(town, offered, answer, says, monkeypatch):
    monkeypatch.setattr(
        gateway_server._Handler, "_say", lambda self, _: self._send(answer, "text/plain")
    )
    with gateway(offered, town.key) as address:
        source_id = link(town, address)
        assert service.pull(source_id) == 0
    assert says in queries.gateway_of(source_id).message


@pytest.mark.parametrize(
    "address",
    [
        "http://gateway.example.cn",
        "http://10.0.0.8/gateway",
        "https://127.0.0.1/gateway",
        "https://localhost/gateway",
        "https://[::1]/gateway",
        "https://169.254.169.254/latest",
        "https://0.0.0.0/",
        "https://user:word@gateway.example.cn",
        "https://gateway.example.cn/?a=1",
        "ftp://gateway.example.cn",
        "file:///etc/passwd",
        "https://",
        "gateway.example.cn",
        "https://gateway.example.cn:99999",
    ],
)
def test_outside_of_the_demo_only_https_to_others_is_fetched(address):
    assert address_fault(address, is_demo=False)


def test_a_gateway_on_the_offices_own_net_may_be_fetched_by_https():
    assert address_fault("https://10.1.2.3:8443/gateway", is_demo=False) is None
    assert address_fault("http://127.0.0.1:8000", is_demo=True) is None


def test_a_gateway_without_a_key_to_check_by_is_refused(town):
    source = service.register_source(town.officer.as_actor(), town.department.id, "tax_bare")
    with pytest.raises(InvalidInput, match="先登记来源的公钥"):
        service.set_gateway(town.officer.as_actor(), source.id, "http://127.0.0.1:9")


def test_the_demo_gateway_is_a_process_of_its_own_and_says_that_it_is_invented(town, offered):
    key = offered.parent / "key.pem"
    signing.create(key, town.key)
    command = [sys.executable, "-m", "xinyidai", "deliveries", "demo-gateway", str(offered)]
    settings = dataclasses.replace(
        town.app.extensions["xinyidai.settings"],
        database_url=town.app.config["SQLALCHEMY_DATABASE_URI"],
        owner_database_url=town.app.config["OWNER_DATABASE_URI"],
    )
    process = subprocess.Popen(  # noqa: S603 - ourselves
        [*command, "--source", "tax_push", "--key", str(key)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=child_environment(settings),
    )
    try:
        address = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address), process.stderr.read()
        assert service.pull(link(town, address)) == 2
    finally:
        process.terminate()
        notice = process.communicate(timeout=120)[1]
    assert "虚构" in notice


# The drop folder


@pytest.fixture
def inbox(town):
    own = service.ensure_source(town.department.id)
    database.session.commit()
    folder = service.inbox() / own.code
    folder.mkdir(parents=True)
    return folder


def drop(folder, name="欠税.csv", content=GOOD, age=120):
    path = folder / name
    path.write_bytes(content)
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_a_dropped_file_is_taken_once_and_moved(town, inbox):
    path = drop(inbox)
    assert service.sweep() == 1
    assert (path.exists(), (inbox / "done" / "欠税.csv").read_bytes()) == (False, GOOD)
    assert service.sweep() == 0
    [delivery] = everything()
    assert (delivery.channel, delivery.file_name) == (DeliveryChannel.DROP, "欠税.csv")
    assert work(delivery.id).state is DeliveryState.AWAITING_MAPPING


def test_a_file_that_still_grows_is_left_alone(inbox):
    drop(inbox, age=5)
    drop(inbox, "欠税.csv.part")
    drop(inbox, ".欠税.csv")
    assert service.sweep() == 0
    assert len(list(inbox.iterdir())) == 3


def test_a_file_that_was_taken_but_not_moved_is_only_moved(inbox):
    drop(inbox)
    service.sweep()
    drop(inbox)
    assert service.sweep() == 1
    assert len(everything()) == 1
    assert len(list((inbox / "done").iterdir())) == 2


def test_what_is_no_table_or_of_no_source_is_refused_with_a_reason(town, inbox):
    drop(inbox, "名单.docx")
    drop(inbox, "空.csv", b"")
    (inbox / "链接.csv").symlink_to("/etc/passwd")
    os.utime(inbox / "链接.csv", (0, 0), follow_symlinks=False)
    strange = service.inbox() / "nobody"
    strange.mkdir()
    drop(strange)
    assert service.sweep() == 0
    reasons = {
        path.name: path.read_text(encoding="utf-8") for path in service.inbox().rglob("*.原因.txt")
    }
    assert "其他格式请先另存" in reasons["名单.docx.原因.txt"]
    assert "空的" in reasons["空.csv.原因.txt"]
    assert "不是普通文件" in reasons["链接.csv.原因.txt"]
    assert "没有登记数据来源" in reasons["欠税.csv.原因.txt"]
    assert everything() == []
