"""Which column computes which filter."""

from collections.abc import Sequence

from hwgen.compiler.window import groups_of
from hwgen.errors import SpecError
from hwgen.spec.accelerator import AcceleratorSpec

__all__ = ["assign_columns", "check_diagonal"]


def assign_columns(multipliers: Sequence[str], spec: AcceleratorSpec) -> list[list[int]]:
    """Filter in each column, group by group; -1 for none.

    Filters stay in their order, but where columns hold different multipliers (form
    ``columns``): there each takes the next column that holds its own, in the first group that
    has one free and, if it can be helped, no filter yet that writes the same bank.

    Parameters
    ----------
    multipliers : sequence of str
        What each filter multiplies with.
    spec : AcceleratorSpec
    """
    if spec.form != "columns":
        return [
            [*group, *[-1] * (spec.cols - len(group))]
            for group in groups_of(len(multipliers), spec.cols)
        ]
    columns: dict[str, list[int]] = {}
    for column in range(spec.cols):
        columns.setdefault(spec.multiplier_of(column), []).append(column)
    groups: list[list[int]] = []
    counts = {name: multipliers.count(name) for name in set(multipliers)}
    for name in counts:
        if name not in columns:
            raise SpecError(f"no column holds multiplier {name}")
    needed = max(-(-count // len(columns[name])) for name, count in counts.items())
    groups = [[-1] * spec.cols for _ in range(needed)]
    for filter_, name in enumerate(multipliers):
        free = [
            (group, column) for group in groups for column in columns[name] if group[column] < 0
        ]
        group, column = next(
            (
                (group, column)
                for group, column in free
                if all(x < 0 or (x - filter_) % spec.banks for x in group)
            ),
            free[0],
        )
        group[column] = filter_
    return groups


def check_diagonal(layer: str, multipliers: Sequence[str], spec: AcceleratorSpec) -> None:
    """Refuse a depthwise layer whose channels, which have fixed columns, want other multipliers."""
    if spec.form != "columns":
        return
    for channel, name in enumerate(multipliers):
        held = spec.multiplier_of(channel % spec.diagonal)
        if name != held:
            raise SpecError(
                f"layer {layer} wants multiplier {name} for channel {channel}, "
                f"but the column of a depthwise layer's channel is fixed and holds {held}"
            )
