"""Strategies by name, a user's own among them."""

import sys

import pytest

from hwgen.errors import SpecError
from hwgen.mapping import strategies
from hwgen.mapping.strategies import STRATEGIES, find_strategy, strategy_names
from hwgen.mapping.strategies.uniform import Uniform
from tests.mapping.drive import asked

OWN = """
from hwgen.mapping.strategies.uniform import Uniform

class Mine(Uniform):
    pass

other = 5
"""


@pytest.fixture
def registered(tmp_path, monkeypatch):
    """Install a package whose metadata registers these strategies."""

    def install(package="theirs", module=OWN, **strategies):
        folder = tmp_path / f"{package}-1.0.dist-info"
        folder.mkdir()
        (tmp_path / f"{package}.py").write_text(module, encoding="utf-8")
        lines = "".join(f"{name} = {value}\n" for name, value in strategies.items())
        metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n"
        (folder / "METADATA").write_text(metadata, encoding="utf-8")
        text = f"[hwgen.strategies]\n{lines}"
        (folder / "entry_points.txt").write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, package, raising=False)

    return install


def test_strategies_of_hwgen_are_found_by_name():
    assert all(find_strategy(name) is found for name, found in STRATEGIES.items())
    assert strategy_names() == tuple(STRATEGIES)


def test_an_installed_strategy_is_one_of_them(registered, problem):
    registered(mine="theirs:Mine")
    assert strategy_names() == (*STRATEGIES, "mine")
    assert issubclass(find_strategy("mine"), Uniform)
    assert asked("mine", problem) == asked("uniform", problem)


def test_an_unknown_name_is_answered_with_the_known_ones(registered):
    registered(mine="theirs:Mine")
    with pytest.raises(SpecError) as error:
        find_strategy("magic")
    known = ", ".join([*STRATEGIES, "mine"])
    assert str(error.value) == f"no search method is called 'magic'; known: {known}"


def test_a_name_that_hwgen_has_is_refused(registered):
    registered(uniform="theirs:Mine")
    with pytest.raises(
        SpecError,
        match=r"^search method uniform must be registered once, not by hwgen, theirs:Mine$",
    ):
        find_strategy("uniform")


def test_a_name_that_two_packages_have_is_refused(registered):
    registered(mine="theirs:Mine")
    registered(package="others", mine="others:Mine")
    with pytest.raises(SpecError, match=r"^search method mine must be registered once, not by "):
        find_strategy("mine")


@pytest.mark.parametrize(
    ("module", "value", "message"),
    [
        (
            OWN,
            "theirs:missing",
            "must load, but fails with AttributeError: module 'theirs' has no attribute 'missing'",
        ),
        (
            OWN,
            "nowhere:Mine",
            "must load, but fails with ModuleNotFoundError: No module named 'nowhere'",
        ),
        (
            "raise ValueError('one\\ntwo')",
            "theirs:Mine",
            "must load, but fails with ValueError: one two",
        ),
        (OWN, "theirs:other", "must be a subclass of Search, not 5"),
    ],
)
def test_what_does_not_load_is_told_in_one_line(registered, module, value, message):
    registered(module=module, mine=value)
    with pytest.raises(SpecError) as error:
        find_strategy("mine")
    assert str(error.value) == f"search method mine ({value}) {message}"


def test_an_entry_point_that_is_not_asked_for_does_no_harm(registered):
    registered(module="raise ValueError", mine="theirs:Mine")
    assert find_strategy("uniform") is Uniform
    assert "mine" in {x.name for x in strategies.entry_points(group=strategies.GROUP)}
