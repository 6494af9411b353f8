"""What the columns of an array are, and what they have in common."""

from itertools import groupby
from typing import NamedTuple

from hwgen.arith.edge import EdgeTransform
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import OperandKind
from hwgen.array.pe import column_kind
from hwgen.errors import SpecError

__all__ = ["ColumnKind", "Columns", "common_kind", "labels_of"]


class ColumnKind(NamedTuple):
    """What the elements of a column are made of.

    Parameters
    ----------
    multiplier : Multiplier
        In every element.
    total : OperandKind
        Of its sums.
    """

    multiplier: Multiplier
    total: OperandKind


class Columns(tuple[ColumnKind, ...]):
    """One :class:`ColumnKind` per column, all of the same operands."""

    __slots__ = ()

    @classmethod
    def of(cls, multiplier, *, rows, cols):
        """Columns that hold one multiplier, or one each of a sequence.

        Raises
        ------
        SpecError
            There is not one per column, or not all take the same operands.
        """
        multipliers = (multiplier,) * cols if isinstance(multiplier, Multiplier) else multiplier
        if len(multipliers) != cols:
            raise SpecError(
                f"array multipliers must be one per column, {cols}, not {len(multipliers)}"
            )
        found = cls(ColumnKind(x, column_kind(x, rows)) for x in multipliers)
        for other in multipliers:
            if (other.a_kind, other.w_kind) != (found.a_kind, found.w_kind):
                raise SpecError(
                    f"array multipliers must all take {found.a_kind.name} x {found.w_kind.name}, "
                    f"not {other.a_kind.name} x {other.w_kind.name}"
                )
        return found

    def at_edge(self) -> tuple[EdgeTransform, "Columns"]:
        """What one transform per row does for all columns, and what is left in them.

        Sums of the columns that are left count in units of ``2**shift`` of the transform.

        Raises
        ------
        SpecError
            A multiplier does not shorten its activation first, or not as the others do.
        """
        edges = {kind.multiplier: kind.multiplier.edge for kind in self}
        transforms = list(dict.fromkeys(edge and edge.transform for edge in edges.values()))
        if None in transforms:
            stranger = next(x for x, edge in edges.items() if edge is None)
            raise SpecError(
                f"array edge must do a part of every multiplier, and there is none in {stranger}"
            )
        if transforms[1:]:
            raise SpecError(
                f"array edge must do the same for every column, not {transforms[0]} "
                f"and {transforms[1]}"
            )
        transform = transforms[0]
        cores = Columns(
            ColumnKind(
                edges[kind.multiplier].core,
                OperandKind(kind.total.width - transform.shift, kind.total.signed),
            )
            for kind in self
        )
        return transform, cores

    @property
    def a_kind(self) -> OperandKind:
        """Kind of the activations."""
        return self[0].multiplier.a_kind

    @property
    def w_kind(self) -> OperandKind:
        """Kind of the weights."""
        return self[0].multiplier.w_kind

    @property
    def total_kind(self) -> OperandKind:
        """Narrowest kind that holds the sums of every column."""
        return common_kind(kind.total for kind in set(self))

    @property
    def weight_width(self) -> int:
        """Bits of a weight register that fits every column: code and mode."""
        return self.w_kind.width + max(kind.multiplier.mode_width for kind in set(self))

    def __repr__(self) -> str:
        runs = [(kind.multiplier, len(list(run))) for kind, run in groupby(self)]
        return " + ".join(f"{count} x {multiplier}" for multiplier, count in runs)


def common_kind(kinds):
    """Narrowest kind that holds every value of several kinds."""
    kinds = list(kinds)
    return OperandKind.holding(min(x.low for x in kinds), max(x.high for x in kinds))


def labels_of(kinds):
    """By kind, what its modules' names end in: nothing where there is only one."""
    distinct = list(dict.fromkeys(kinds))
    return {kind: f"_{number}" if distinct[1:] else "" for number, kind in enumerate(distinct)}
