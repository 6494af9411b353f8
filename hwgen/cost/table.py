"""Lookup tables of a Liberty library."""

import bisect
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, prod

from hwgen.cost.liberty import Group

__all__ = ["Table", "Units", "read_table"]

_PREFIX = {"f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3}
_SECOND = ("total_output_net_capacitance", "related_pin_transition")


@dataclass(frozen=True)
class Units:
    """Factors that turn a file's numbers into ns, pF, V, nW and pJ.

    Liberty states no unit of energy: it is the unit of capacitance times the square of the
    unit of voltage.
    """

    time: float
    capacitance: float
    voltage: float
    leakage: float

    @property
    def energy(self) -> float:
        """Of internal power tables."""
        return self.capacitance * self.voltage**2

    @classmethod
    def of(cls, library: Group) -> "Units":
        """Units that a library states; ns, pF, V and nW where it does not."""
        load = library.complex.get("capacitive_load_unit", ["1", "pF"])
        return cls(
            _factor(library.simple.get("time_unit", "1ns"), "s") / 1e-9,
            _factor("".join(load), "f") / 1e-12,
            _factor(library.simple.get("voltage_unit", "1V"), "v"),
            _factor(library.simple.get("leakage_power_unit", "1nW"), "w") / 1e-9,
        )


@dataclass(frozen=True, eq=False)
class Table:
    """A table over two axes, linear between its points and beyond them.

    The axes are the input slew in ns and the output load in pF; in a table of setup times the
    slews of data and clock, both in ns.

    Parameters
    ----------
    first, second : tuple of float
        Ascending points; one where the table does not depend on that axis.
    values : tuple of tuple of float
        Indexed ``[first][second]``.
    """

    first: tuple[float, ...]
    second: tuple[float, ...]
    values: tuple[tuple[float, ...], ...]

    def at(self, first: float, second: float) -> float:
        """Value at a point."""
        row, up = _place(self.first, first)
        column, right = _place(self.second, second)
        low = _between(self.values[row], column, right)
        return low + up * (_between(self.values[row + 1], column, right) - low) if up else low


def read_table(group: Group, templates: dict[str, Group], unit: float, units: Units) -> Table:
    """Table of a group such as ``cell_rise``.

    Parameters
    ----------
    group : Group
        Holds ``values`` and may hold indices of its own.
    templates : dict of str to Group
        The library's table templates by name.
    unit : float
        Factor of the values.
    units : Units
        Factors of the indices.
    """
    template = templates.get(group.name, Group("", []))
    values = [unit * x for x in _floats(group.kind, group.complex["values"])]
    axes: list[tuple[bool, tuple[float, ...]]] = []
    for axis in ("1", "2"):
        points = group.complex.get(f"index_{axis}") or template.complex.get(f"index_{axis}")
        if points is not None and group.name != "scalar":
            variable = template.simple.get(f"variable_{axis}", "")
            scale = units.capacitance if "capacitance" in variable else units.time
            axes.append(
                (variable in _SECOND, tuple(scale * x for x in _floats(group.kind, points)))
            )
    expected = prod(len(points) for _, points in axes)
    if len(values) != expected:
        raise ValueError(f"{group.kind} must hold {expected} values, not {len(values)}")
    _check(group.kind, values, (points for _, points in axes))
    if not axes:
        return Table((0.0,), (0.0,), ((values[0],),))
    if len(axes) == 1:
        ((is_second, points_1),) = axes
        if is_second:
            return Table((0.0,), points_1, (tuple(values),))
        return Table(points_1, (0.0,), tuple((x,) for x in values))
    (is_second, outer), (_, inner) = axes
    rows = [tuple(values[i : i + len(inner)]) for i in range(0, len(values), len(inner))]
    if is_second:
        return Table(inner, outer, tuple(zip(*rows, strict=True)))
    return Table(outer, inner, tuple(rows))


def _place(points: tuple[float, ...], x: float) -> tuple[int, float]:
    """Interval to interpolate in, and how far along it; outside, the last interval goes on."""
    if len(points) == 1:
        return 0, 0.0
    index = min(max(bisect.bisect_right(points, x) - 1, 0), len(points) - 2)
    return index, (x - points[index]) / (points[index + 1] - points[index])


def _between(row: tuple[float, ...], column: int, right: float) -> float:
    return row[column] + right * (row[column + 1] - row[column]) if right else row[column]


def _floats(kind: str, texts: list[str]) -> list[float]:
    try:
        return [float(x) for x in ",".join(texts).replace(",", " ").split()]
    except ValueError as error:
        wrong = str(error).rpartition(": ")[2]
        raise ValueError(f"{kind} must hold numbers, not {wrong}") from error


def _check(kind: str, values: list[float], axes: Iterable[tuple[float, ...]]) -> None:
    if not all(map(isfinite, values)):
        wrong = next(x for x in values if not isfinite(x))
        raise ValueError(f"{kind} must hold finite numbers, not {wrong}")
    for points in axes:
        if not all(a < b for a, b in pairwise(points)):
            raise ValueError(f"{kind} index must ascend, not {list(points)}")


def _factor(text: str, unit: str) -> float:
    match = re.fullmatch(r"([\d.eE+-]+?)\s*([fpnumk]?)" + unit, text.strip().lower())
    if match is None or not float(match[1]) > 0:
        raise ValueError(f"its unit of {unit} is {text!r}")
    return float(match[1]) * _PREFIX[match[2]]
