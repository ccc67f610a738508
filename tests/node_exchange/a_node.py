"""A whole node as a process: an embedded database of its own, the web server, and orders by line.

Reads one JSON object a line: `do` and its arguments; answers with one JSON line.
"""

import base64
import json
import logging
import os
import sys
import threading
from contextlib import suppress
from typing import Any
from uuid import UUID

from flask_migrate import upgrade
from sqlalchemy import text
from waitress import serve

from tests.factories import parties
from tests.node_exchange import peers
from tests.node_exchange.conftest import deliver
from tests.node_exchange.peers import HONOUR, Peer
from xinyidai.app import create_app
from xinyidai.credit_records.service import exchange, platform_run, write
from xinyidai.credit_records.values import RecordStatus
from xinyidai.enterprises import queries as firms
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import db, own_transaction
from xinyidai.kernel.http import Page
from xinyidai.kernel.settings import load_settings
from xinyidai.kernel.uscc import invented
from xinyidai.node_exchange import queries, service
from xinyidai.node_exchange.values import NodeDirection, NodeLevel

SOURCE = "发改委"


class Stranger(Peer):
    """The other node, of which only the public key is known here."""

    def __init__(self, code: str, verifier: str) -> None:
        self.code, self._verifier = code, verifier

    @property
    def verifier(self) -> str:
        return self._verifier


def settle(code: str, level: str) -> str:
    with own_transaction():
        service.set_self(SYSTEM, code=code, name=f"{code}（演示）", level=NodeLevel(level))
        service.sign(b"")
        return service.own_verifier() or ""


def link(code: str, verifier: str, url: str, direction: str) -> str:
    with own_transaction():
        office = parties.credit_office()
        clerks = parties.clerk_of(office), parties.clerk_of(office)
        node = peers.open_link(
            clerks,
            Stranger(code, verifier),
            base_url=url,
            direction=NodeDirection(direction),
        )
        return str(node.id)


def bring(number: int, key: str) -> None:
    """Deliver a record of the firm with this number, which is made when it is new."""
    with own_transaction():
        firm = _firm(number) or parties.enterprise(
            uscc=invented(number), name=f"鹰川演示两地{number}有限公司"
        )
        deliver(firm, key, source=SOURCE)


def end(number: int, key: str, status: str) -> None:
    with own_transaction():
        firm = _firm(number)
        found = exchange.find_record(firm.id, HONOUR, SOURCE, key)
        write.retire_record(SYSTEM, firm.id, found, RecordStatus(status), "测试")


def held(number: int) -> list[list[str]]:
    """Return source and key of every record in force of a firm."""
    with own_transaction():
        firm = _firm(number)
        if firm is None:
            return []
        with platform_run("quality", "test", enterprise_ids=[firm.id]) as run:
            return sorted([fact.source, fact.natural_key] for fact in run.facts(firm.id))


def build(code: str, rows: int = 5_000) -> list[str]:
    with own_transaction():
        node_id = queries.find_by_code(code).id
    return [str(one) for one in service.build_round(SYSTEM, node_id, rows=rows)]


def send(code: str) -> int:
    with own_transaction():
        node_id = queries.find_by_code(code).id
    return service.send_waiting(node_id)


def body(package_id: str) -> str:
    with own_transaction():
        return base64.b64encode(service.bodies.read(UUID(package_id))).decode()


def replay(package_id: str) -> None:
    with own_transaction():
        service.replay(SYSTEM, UUID(package_id))


def state(code: str) -> dict[str, Any]:
    """Return everything that tells how far a link has come."""
    with own_transaction():
        node = queries.find_by_code(code)
        packages, _ = queries.packages_page(node.id, None, Page(1, 100))
        errors, _ = queries.errors_page(None, Page(1, 100), is_open=True)
        batches = db.session.execute(text("select count(*) from audit_entry")).scalar_one()
        return {
            "in": node.in_sequence,
            "out": node.out_sequence,
            "heard": node.heard_at is not None,
            "packages": [
                [row[0].sequence, row[0].state.value, row[0].receipt.get("counts")]
                for row in packages
            ],
            "errors": sorted(row[0].code for row in errors),
            "audit": batches,
        }


def hold() -> None:
    """Let nobody finish the import of a package, until this process dies."""
    connection = db.engine.connect()
    connection.execute(text("lock table exchange_package in share mode"))
    _held.append(connection)


def stuck() -> int:
    """Return how many wait for a lock."""
    with own_transaction():
        waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
        return int(db.session.execute(text(waiting)).scalar_one())


def newest(code: str) -> str:
    """Return the id of the newest package for a node."""
    with own_transaction():
        node = queries.find_by_code(code)
        return str(queries.packages_page(node.id, None, Page())[0][0][0].id)


def beat() -> None:
    service.beat_all()


ORDERS = {
    order.__name__: order
    for order in (
        settle, link, bring, end, held, build, send, body, replay, state, hold, stuck, newest, beat,
    )
}  # fmt: skip
_held: list[Any] = []


def _firm(number: int):
    return firms.find_by_code(invented(number))


def main(port: int) -> None:
    """Serve, and obey until the input ends."""
    logging.disable(logging.WARNING)
    app = create_app(load_settings(), guard=False)
    with app.app_context():
        upgrade()
    threading.Thread(
        target=serve,
        args=(app,),
        kwargs={"host": "127.0.0.1", "port": port, "threads": 4},
        daemon=True,
    ).start()
    with suppress(BrokenPipeError):
        _answer({"ready": True})
        for line in sys.stdin:
            order = json.loads(line)
            with app.app_context():
                _answer({"answer": ORDERS[order.pop("do")](**order)})
    server = app.extensions["xinyidai.postgres"]
    server.release()
    os._exit(0)


def _answer(value: dict[str, Any]) -> None:
    _out.write(json.dumps(value) + "\n")
    _out.flush()


if __name__ == "__main__":
    _out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # nothing else may speak on the line of answers
    main(int(sys.argv[1]))
