"""What the web server itself says to a body that is too large to be taken from the wire.

It is refused by its announced length, before a byte of it is kept, so no page of ours can answer.
"""

import json
from html import escape
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.utilities import RequestEntityTooLarge

from xinyidai.deliveries.rules import LARGEST_UPLOAD, MIB

LARGEST = LARGEST_UPLOAD + 2 * MIB
SENTENCE = (
    f"内容超过 {LARGEST_UPLOAD // MIB} MB，没有接收。请按月份或地区拆分后再传，或改用文件投递。"
)


class TooLarge(RequestEntityTooLarge):  # type: ignore[misc] # the library has no types
    """The refusal, as a page or as a problem document."""

    is_machine = False

    def to_response(self, _ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        """Return status, headers and body."""
        if self.is_machine:
            problem = {"title": "内容过大", "status": 413, "detail": SENTENCE, "code": "http_413"}
            body, kind = json.dumps(problem, ensure_ascii=False), "application/problem+json"
        else:
            body = (
                '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>内容过大</title>'
                f"<h1>内容过大</h1><p>{escape(SENTENCE)}</p></html>"
            )
            kind = "text/html; charset=utf-8"
        return f"{self.code} {self.reason}", [("Content-Type", kind)], body.encode()


class Parser(HTTPRequestParser):  # type: ignore[misc] # as above
    """The library's parser, which refuses in English only."""

    error: Any
    path: str

    def received(self, data: bytes) -> int:
        """Take what came from the wire; return how much of it belongs to this request."""
        consumed: int = super().received(data)
        if type(self.error) is RequestEntityTooLarge:
            self.error = TooLarge("")
            self.error.is_machine = self.path.startswith(("/api/", "/oauth/"))
        return consumed


def speak_chinese() -> None:
    """Let every channel of the server refuse by our words."""
    HTTPChannel.parser_class = Parser
