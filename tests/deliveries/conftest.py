"""A tax office that delivers, with a data folder of its own."""

import dataclasses

import pytest

from tests.deliveries import deliverers
from tests.deliveries.deliverers import Town


@pytest.fixture
def town(live, tmp_path, monkeypatch) -> Town:
    settings = dataclasses.replace(live.extensions["xinyidai.settings"], data=tmp_path)
    monkeypatch.setitem(live.extensions, "xinyidai.settings", settings)
    return deliverers.build(live)
