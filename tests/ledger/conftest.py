"""The log of the tests, as empty or with three sealed and co-signed rounds."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask

from tests.ledger.logs import SUBJECT, Log, Witness
from xinyidai.kernel.actor import SYSTEM
from xinyidai.kernel.db import own_transaction
from xinyidai.ledger import openings, service


@pytest.fixture
def log(live: Flask, tmp_path: Path) -> Iterator[Log]:
    """An empty log with its own keys folder and one registered witness."""
    found = Log(live, tmp_path, Witness(tmp_path / "witness"))
    before = live.extensions["xinyidai.settings"]
    live.extensions["xinyidai.settings"] = dataclasses.replace(before, own_keys=tmp_path / "keys")
    openings.register(SUBJECT, found.source())
    with own_transaction():
        service.add_witness(SYSTEM, "见证银行", found.witness.verifier, uuid4())
    try:
        yield found
    finally:
        del openings._sources[SUBJECT]
        live.extensions["xinyidai.settings"] = before


@pytest.fixture
def sealed(log: Log) -> Log:
    """Three rounds of five entries: the intervals [0, 6), [6, 11) and [11, 16)."""
    for _ in range(3):
        log.round()
    return log
