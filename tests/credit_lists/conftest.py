"""A city whose lists are kept."""

import pytest

from tests.factories.lists import ListTown


@pytest.fixture
def town(db) -> ListTown:
    return ListTown()
