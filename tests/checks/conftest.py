import pytest

from hwgen.cost.technology import Technology


@pytest.fixture(scope="session")
def generic():
    return Technology.load()
