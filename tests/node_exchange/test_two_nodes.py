"""A county and a city on one machine, each a process with its own database, exchange for real."""

import base64
import dataclasses
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from tests.factories.ports import free_port
from xinyidai.kernel.settings import Mode, child_environment, load_settings

CHECKOUT = Path(__file__).parents[2]
COUNTY, CITY = "yebei", "yingchuan"
PATIENCE = 180  # seconds on a busy machine


class Node:
    """One node process, and how to give it orders."""

    def __init__(self, code: str, folder: Path) -> None:
        self.code, self.folder = code, folder
        self.port = free_port()
        self.process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        settings = dataclasses.replace(
            load_settings(),
            mode=Mode.DEMO,
            data=self.folder,
            own_keys=None,
            database_url=None,
            owner_database_url=None,
            secret_key="only-for-tests-" + "x" * 32,
            ledger_origin=f"{self.code}.example/ledger",
        )
        self.process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "tests.node_exchange.a_node", str(self.port)],
            env=child_environment(settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=CHECKOUT,
        )

    def ready(self) -> None:
        assert self._read() == {"ready": True}

    def ask(self, do: str, **args: Any) -> Any:
        self.tell(do, **args)
        return self.hear()

    def tell(self, do: str, **args: Any) -> None:
        self.process.stdin.write(json.dumps({"do": do, **args}) + "\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        return self._read()["answer"]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)
        self._close()

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        self._close()

    def _close(self) -> None:
        for stream in (self.process.stdin, self.process.stdout):
            stream.close()

    def _read(self) -> dict[str, Any]:
        line = self.process.stdout.readline()
        assert line, f"node {self.code} has ended"
        return json.loads(line)


@pytest.fixture(scope="module")
def nodes() -> Iterator[tuple[Node, Node]]:
    """Start both, introduce them to each other; keys are told as two offices would tell them."""
    folder = Path(tempfile.mkdtemp(prefix="两个节点 "))
    folder.chmod(0o711)
    county, city = (Node(code, folder / code) for code in (COUNTY, CITY))
    for node in (county, city):
        node.start()
    for node in (county, city):
        node.ready()
    keys = (
        county.ask("settle", code=COUNTY, level="county"),
        city.ask("settle", code=CITY, level="city"),
    )
    city.ask("link", code=COUNTY, verifier=keys[0], url=county.url, direction="down")
    county.ask("link", code=CITY, verifier=keys[1], url=city.url, direction="up")
    yield county, city
    for node in (county, city):
        node.stop()
    shutil.rmtree(folder, ignore_errors=True)


def exchange(county: Node) -> int:
    county.ask("build", code=CITY)
    return county.ask("send", code=CITY)


def post(city: Node, body: bytes) -> tuple[int, dict[str, Any]]:
    request = Request(  # noqa: S310 - our own server
        f"{city.url}/api/v1/nodes/packages",
        data=body,
        headers={"Content-Type": "application/zip"},
    )
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=PATIENCE) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_two_nodes_exchange_from_the_first_record_to_a_killed_receiver(nodes):
    county, city = nodes
    _records_go_up_and_a_receipt_comes_back(county, city)
    _a_repair_at_the_county_removes_the_record_at_the_city(county, city)
    _heartbeats_are_heard(county, city)
    _an_altered_package_lands_in_the_error_queue(county, city)
    _a_receiver_killed_on_the_way_keeps_nothing_half(county, city)
    _what_waited_goes_by_replay_and_in_order(county, city)
    _the_counts_of_both_agree(county, city)


def _records_go_up_and_a_receipt_comes_back(county, city):
    for number in (1, 2, 3):
        county.ask("bring", number=number, key="诚信企业")
    assert exchange(county) == 1
    [[sequence, state, counts]] = county.ask("state", code=CITY)["packages"]
    assert (sequence, state, counts["accepted"], counts["rejected"]) == (1, "delivered", 3, 0)
    assert city.ask("held", number=1) == [["yebei:发改委", "诚信企业"]]
    assert exchange(county) == 0, "nothing has changed"


def _a_repair_at_the_county_removes_the_record_at_the_city(county, city):
    county.ask("end", number=1, key="诚信企业", status="repaired")
    assert exchange(county) == 1
    assert county.ask("state", code=CITY)["packages"][0][2]["ended"] == 1
    assert city.ask("held", number=1) == []
    assert city.ask("held", number=2) == [["yebei:发改委", "诚信企业"]]


def _heartbeats_are_heard(county, city):
    county.ask("beat")
    assert city.ask("state", code=COUNTY)["heard"]


def _an_altered_package_lands_in_the_error_queue(county, city):
    county.ask("bring", number=4, key="光荣企业")
    [package_id] = county.ask("build", code=CITY)
    body = bytearray(base64.b64decode(county.ask("body", package_id=package_id)))
    body[len(body) // 2] ^= 1
    status, problem = post(city, bytes(body))
    assert 400 <= status < 500
    assert problem["detail"].endswith("。")
    assert city.ask("state", code=COUNTY)["errors"] == [problem["code"]]
    assert city.ask("held", number=4) == []
    assert county.ask("send", code=CITY) == 1
    assert city.ask("held", number=4) == [["yebei:发改委", "光荣企业"]]


def _a_receiver_killed_on_the_way_keeps_nothing_half(county, city):
    for number in (5, 6):
        county.ask("bring", number=number, key="先进企业")
    before = city.ask("state", code=COUNTY)
    city.ask("hold")
    county.ask("build", code=CITY)
    county.tell("send", code=CITY)
    until = time.monotonic() + PATIENCE
    while city.ask("stuck") == 0:
        assert time.monotonic() < until
        time.sleep(0.05)
    city.kill()
    assert county.hear() == 0
    _more_is_made_while_the_receiver_is_down(county)
    city.start()
    city.ready()
    assert city.ask("state", code=COUNTY) == before
    assert city.ask("held", number=5) == city.ask("held", number=6) == []


def _more_is_made_while_the_receiver_is_down(county):
    county.ask("bring", number=7, key="守信企业")
    assert exchange(county) == 0
    states = [state for _, state, _ in county.ask("state", code=CITY)["packages"]]
    assert states == ["waiting", "waiting", "delivered", "delivered", "delivered"]


def _what_waited_goes_by_replay_and_in_order(county, city):
    county.ask("replay", package_id=county.ask("newest", code=CITY))
    assert county.ask("send", code=CITY) == 2
    assert city.ask("held", number=6) == [["yebei:发改委", "先进企业"]]
    assert city.ask("held", number=7) == [["yebei:发改委", "守信企业"]]


def _the_counts_of_both_agree(county, city):
    sent, taken = (node.ask("state", code=code) for node, code in ((county, CITY), (city, COUNTY)))
    assert sent["out"] == taken["in"] == len(sent["packages"])
    assert {state for _, state, _ in sent["packages"]} == {"delivered"}
    assert [p[2] for p in sent["packages"]] == [p[2] for p in taken["packages"]]
    held = [len(city.ask("held", number=number)) for number in range(1, 8)]
    accepted = sum(counts["accepted"] for _, _, counts in sent["packages"])
    ended = sum(counts["ended"] for _, _, counts in sent["packages"])
    assert sum(held) == accepted - ended == 6
