"""The tiny problem of :mod:`tests.mapping.tiny`, made once."""

import pytest

from tests.mapping import tiny


@pytest.fixture(scope="session")
def network():
    return tiny.network()


@pytest.fixture(scope="session")
def images(network):
    return tiny.data_set(network)


@pytest.fixture(scope="session")
def spec():
    return tiny.spec()


@pytest.fixture(scope="session")
def problems():
    """One of every hardware form that strategies choose multipliers for."""
    return {form: tiny.problem(form) for form in ("weights", "tiles", "columns")}


@pytest.fixture(scope="session")
def problem(problems):
    """Of an array that holds one multiplier, with modes that travel with the weights."""
    return problems["weights"]
