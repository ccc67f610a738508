"""A small world in the database, and one random sample for the tests of the engines."""

import pytest

from tests.profiles.city import City
from tests.profiles.random_records import Sample, make_sample


@pytest.fixture
def make_city() -> City:
    return City()


@pytest.fixture
def city(db, make_city: City) -> City:
    return make_city


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """500 firms, every tenth without a record."""
    return make_sample(tmp_path_factory.mktemp("parquet"), firms=500, each=60)
