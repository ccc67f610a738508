"""Time travel for the story: what is written inside a moment is dated with that moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from xinyidai.kernel import clock
from xinyidai.kernel.db import db


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the clock stand at `moment`, and send to the database what was written meanwhile.

    Columns that default to the clock get their time when the row is sent, not when it is made.
    """
    with clock.at(moment):
        yield
        db.session.flush()
