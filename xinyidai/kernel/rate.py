"""Rate limits that are security (login, token, door), counted in PostgreSQL.

A fixed window and one upsert on a connection of its own, so that a rolled back request counts
too and every process sees the same number.
"""

from sqlalchemy import text

from xinyidai.kernel import clock
from xinyidai.kernel.db import db
from xinyidai.kernel.errors import TooMany

COUNT = text(
    """
    insert into rate_window as r (key, window_start, hits)
    values (:key, to_timestamp(:start), 1)
    on conflict (key, window_start) do update set hits = r.hits + 1
    returning hits
    """
)


def count(key: str, *, limit: int, seconds: int) -> None:
    """Count one hit on `key`; above `limit` hits in a window of `seconds` raise `TooMany`."""
    moment = int(clock.now().timestamp())
    start = moment - moment % seconds
    with db.engine.begin() as connection:
        hits = connection.execute(COUNT, {"key": key, "start": start}).scalar_one()
    if hits > limit:
        wait = start + seconds - moment
        raise TooMany(f"操作太频繁，请 {wait} 秒后再试。", retry_after=wait)
