"""Logs: JSON lines with request and actor ids, static messages, and no credit data."""

import json
import logging
import sys
from typing import Any

from flask import g, has_request_context, request

STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, ids, and the `extra` fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the record; only primitives from `extra` are taken."""
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_request_context():
            line["request_id"] = g.get("request_id")
            line["endpoint"] = request.endpoint
            actor = g.get("actor")
            line["account_id"] = str(actor.account_id) if actor and actor.account_id else None
        extras = {key: value for key, value in record.__dict__.items() if key not in STANDARD}
        line.update({k: v for k, v in extras.items() if isinstance(v, str | int | float | None)})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure_logs(level: int = logging.INFO) -> None:
    """Send every logger to standard error as JSON lines, once."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("alembic", "procrastinate", "waitress.queue", "httpx"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
