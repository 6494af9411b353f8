"""Functional coverage of the random cases that were executed, as tables.

``python -m tests.accelerator.coverage`` executes the cases of ``make test`` and prints it, with
``--regress`` those of ``make regress``; both of these print it, too.
"""

import sys
from collections import Counter

import pytest

from tests.accelerator.cells import GEOMETRIES, LEVELS, PATTERNS, Cell, required
from tests.accelerator.features import FEATURES

__all__ = ["report", "summary"]

_COLUMNS = [("", "all"), *(("memory stalls", x) for x in PATTERNS)]
_COLUMNS += [(form, level) for form, levels in LEVELS.items() for level in (*levels, "-")]


def report(hits, features):
    """Hit counts as lines of text.

    Parameters
    ----------
    hits : Counter of Cell
    features : Counter of str
    """
    met = required() & hits.keys()
    seen = {cell[:3] for cell in hits}
    yield from _table(hits)
    yield ""
    yield ", ".join(f"{name} {features[name]}" for name in FEATURES)
    yield (
        f"{len(seen & set(GEOMETRIES))} of {len(GEOMETRIES)} kinds of layers, and "
        f"{len(met)} of {len(required())} cells of layer x stride x padding x mode x stalls"
    )


def _table(hits):
    """A row per kind of layer, stride and padding; columns of stalls, and of form and level."""
    counts = Counter()
    for cell, count in hits.items():
        for column in (
            ("", "all"),
            ("memory stalls", cell.pattern),
            (cell.form, cell.level),
        ):
            counts[cell[:3], column] += count
    lines = [["", "", "", *(first for first, _ in _COLUMNS)]]
    lines.append(["layer", "stride", "padding", *(second for _, second in _COLUMNS)])
    for geometry in GEOMETRIES:
        row = [str(counts[geometry, column] or ".") for column in _COLUMNS]
        lines.append([*map(str, geometry), *row])
    for number in range(len(lines[0]) - 1, 3, -1):  # a heading once over its columns
        if lines[0][number] == lines[0][number - 1]:
            lines[0][number] = ""
    widths = [max(map(len, column)) for column in zip(*lines[1:], strict=True)]
    for line in lines:
        names = [x.ljust(width) for x, width in zip(line[:3], widths[:3], strict=True)]
        counts = [x.rjust(width) for x, width in zip(line[3:], widths[3:], strict=True)]
        yield "  ".join(names + counts).rstrip()


def summary(reporter):
    """Print the coverage of all cases that passed, wherever they were executed."""
    hits, features = Counter(), Counter()
    for test in reporter.stats.get("passed", ()):
        properties = dict(test.user_properties)
        hits.update(Cell(*cell) for cell in properties.get("cells", ()))
        features.update(properties.get("features", ()))
    if hits:
        reporter.section("functional coverage of the accelerator's random cases")
        for line in report(hits, features):
            reporter.write_line(line)


def _main():
    chosen = ["-m", "regress"] if sys.argv[1:] == ["--regress"] else []
    sys.exit(pytest.main(["tests/accelerator/test_random.py", "-q", *chosen]))


if __name__ == "__main__":
    _main()
