"""A body that is announced as too large is refused at once, in Chinese."""

import socket
import threading

import pytest
from waitress import create_server

from xinyidai.web import large_bodies


@pytest.fixture
def port(app, monkeypatch):
    large_bodies.speak_chinese()
    server = create_server(app, port=0, max_request_body_size=large_bodies.LARGEST)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.close()


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/department/deliveries/new", "text/html"), ("/api/v1/deliveries", "problem+json")],
)
def test_two_gigabytes_are_refused_by_their_announcement(port, path, kind):
    with socket.create_connection(("127.0.0.1", port), timeout=120) as line:
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {2 * 1024**3}\r\n\r\n"
        line.sendall(head.encode())
        answer = b""
        while piece := line.recv(65536):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 413")
    assert kind.encode() in answer
    assert "没有接收" in answer.decode()
