"""Named multipliers, a file per kind of circuit.

Unless the name says otherwise, activations are u8 and weights s8; ``_u8`` at its end stands for
u8 x u8, ``_s8`` for s8 x s8. Operands, rows and modes are what the class of the multiplier says.
"""

import difflib
import inspect
from collections.abc import Iterator, Mapping
from functools import cache

from hwgen.arith.catalogue import (
    booth,
    compressed,
    exact,
    given,
    logarithmic,
    matrix,
    netlists,
    reconfigurable,
    truncated_booth,
)
from hwgen.arith.catalogue.parameters import is_call, parse_call
from hwgen.arith.multiplier import Multiplier
from hwgen.errors import SpecError

__all__ = ["CATALOGUE", "describe", "find", "resolve"]

# Parameters that describe() does not show.
_HIDDEN = ("a_kind", "w_kind", "p_kind", "gates", "outputs", "mode_names", "members")


class _Catalogue(Mapping[str, Multiplier]):
    """Several mappings as one; a member is looked up where it is, when it is asked for."""

    def __init__(self, *parts: Mapping[str, Multiplier]) -> None:
        self._part = {name: part for part in parts for name in part}
        assert len(self._part) == sum(map(len, parts)), "a name is there twice"

    def __getitem__(self, name: str) -> Multiplier:
        return self._part[name][name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._part)

    def __len__(self) -> int:
        return len(self._part)


CATALOGUE: Mapping[str, Multiplier] = _Catalogue(
    exact.ENTRIES,
    matrix.ENTRIES,
    booth.ENTRIES,
    truncated_booth.ENTRIES,
    compressed.ENTRIES,
    logarithmic.ENTRIES,
    reconfigurable.ENTRIES,
    netlists.ENTRIES,
)


# Whatever the catalogue has a point of can be named with other parameters.
_FAMILIES = {
    type(multiplier).__name__: type(multiplier)
    for part in (exact, matrix, booth, truncated_booth, compressed, logarithmic, reconfigurable)
    for multiplier in part.ENTRIES.values()
}


def find(name: str) -> Multiplier:
    """The multiplier of a catalogue name, of a family with parameters, or of a file (``.v``)."""
    known = resolve(name)
    if is_call(known):
        return _called(known)
    return CATALOGUE[known] if known in CATALOGUE else given.GIVEN[known]


@cache
def _called(name: str) -> Multiplier:
    return parse_call(name, _FAMILIES)


def resolve(name: str) -> str:
    """The lasting name of a multiplier: a file's becomes that of its gates.

    Families with their parameters, such as ``Drum(k=7)``, are names as they stand.

    Raises
    ------
    SpecError
        No multiplier is called so, or the file holds no netlist.
    """
    if name in CATALOGUE or name in given.GIVEN:
        return name
    if is_call(name):
        _called(name)
        return name
    if given.is_file(name):
        return given.load(name)
    close = difflib.get_close_matches(name, CATALOGUE)
    hint = f", but {', '.join(close)} {'is' if len(close) == 1 else 'are'}" if close else ""
    raise SpecError(f"no multiplier is called {name!r}{hint}; hwgen multipliers lists all")


def describe(multiplier: Multiplier) -> str:
    """One line: what kind of multiplier this is, and its parameters that are no defaults."""
    summary = (inspect.getdoc(type(multiplier)) or "").splitlines()[0].rstrip(".").replace("``", "")
    parameters = inspect.signature(type(multiplier)).parameters
    shown = [
        f"{name} {value}"
        for name, value in vars(multiplier).items()
        if name in parameters and name not in _HIDDEN and value != parameters[name].default
    ]
    kinds = f"{multiplier.a_kind.name} x {multiplier.w_kind.name}"
    return f"{summary} ({'; '.join([kinds, *shown])})"
