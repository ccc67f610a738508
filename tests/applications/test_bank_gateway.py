"""The banks' protocol: the invented bank and a real HTTP one behave alike."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from xinyidai.applications import service
from xinyidai.applications.bank_gateway import (
    Announcement,
    FakeBank,
    GatewayError,
    HttpBank,
    gateway_for,
)
from xinyidai.institutions.models import Institution

NEWS = Announcement("SQ1", "91410400MA9K000A3N", "TAX", 100, 12, "2026-05-01T09:00:00+08:00")


@pytest.fixture
def bank_server():
    """A bank's interface on this machine that answers what the test puts in `answer`."""
    told = []

    class Handler(BaseHTTPRequestHandler):
        answer = (200, {"reference": "BANK-1"})

        def do_POST(self):
            length = int(self.headers["Content-Length"])
            told.append((self.headers["Idempotency-Key"], json.loads(self.rfile.read(length))))
            status, body = Handler.answer
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_):
            """Keep quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", told, Handler
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_same_news_gives_the_same_receipt():
    bank = FakeBank()
    assert bank.announce(NEWS) == bank.announce(NEWS)
    assert "演示" in bank.announce(NEWS).reference


def test_a_bank_is_told_over_http(bank_server):
    address, told, _ = bank_server
    assert HttpBank(address).announce(NEWS).reference == "BANK-1"
    assert told[0][0] == "SQ1"
    assert told[0][1]["amount_fen"] == 100


@pytest.mark.parametrize("answer", [(500, {}), (200, {}), (200, []), (200, {"reference": 7})])
def test_anything_but_a_receipt_is_an_error(answer, bank_server):
    address, _, handler = bank_server
    handler.answer = answer
    with pytest.raises(GatewayError):
        HttpBank(address).announce(NEWS)


@pytest.mark.parametrize("address", ["ftp://bank", "http://bank.example/", "file:///etc/passwd"])
def test_an_unknown_address_is_refused(address):
    with pytest.raises(GatewayError):
        gateway_for(address)


def test_delivering_twice_tells_the_bank_once(market, db):
    application = market.submitted()
    db.get(Institution, application.institution_id).gateway = "fake"
    service.deliver_submission(application.id)
    first = (application.bank_reference, application.delivered_at)
    service.deliver_submission(application.id)
    assert first[0].startswith("演示-")
    assert (application.bank_reference, application.delivered_at) == first
