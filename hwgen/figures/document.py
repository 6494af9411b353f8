"""The page about the catalogue, as Markdown: comparison, pictures, and every figure."""

from collections.abc import Iterator, Sequence

from hwgen.figures.compare import SPAN, TRACES, baseline, compare
from hwgen.figures.rows import OWN, Figures

__all__ = ["document", "picture_name"]

_HEAD = """# Multipliers

Every multiplier of the catalogue{others}, measured in one flow: the circuit is
synthesized by Yosys, its mapped netlist is simulated gate by gate, glitches included, and every
toggle is priced from the Liberty file. Area, delay and energy are those of the multiplier alone.
Errors are exhaustive. Energy is measured twice over {samples} uniform random operand pairs: while
the weight stays and activations stream past it, as in our arrays, and when both change (moving).

This page, its pictures and `figures.csv` are written by

```sh
{command}
```

**MAE** is the mean absolute error in percent of the product's range (2^16 for 8-bit operands),
**mean** and **std** those of the error (exact minus approximate), **MRE** the mean relative error
over the pairs whose exact product is not 0, **WCE** the largest error. Energies are in pJ per
product, areas in um2, delays in ns. `name/mode` is one mode of a reconfigurable multiplier; its
energy holds the gating that the other modes need.

`booth_8_6x5` are Booth rows cut off below column 8, of 6 activation and 5 weight bits, and
`truncated_8_6x5` is a masked matrix of these; `_m` takes the midpoint of what is cut off, `_c`
adds a constant that makes up for the mean error. `pr_1_2` and `roup_1_2` leave out one Booth digit
and round two bits, `_a_` encodes the activation. `evolved_m0240` errs by at most 0.240 % on the
mean. Names that end in `_u8` take u8 x u8 operands, in `_s8` s8 x s8, others u8 x s8 or what they
say. `hwgen multipliers show NAME` tells the rest.
"""

_COSTS = {
    "energy": "energy_pj",
    "moving": "energy_moving_pj",
    "area": "area_um2",
    "delay": "delay_ns",
}
_ERRORS = ("MAE %", "mean", "std", "MRE %", "WCE")


def document(rows: Sequence[Figures], command: str, samples: int) -> str:
    """The page.

    Parameters
    ----------
    rows : sequence of Figures
        In one or more technologies.
    command : str
        What makes the page again.
    samples : int
        Length of the uniform trace.
    """
    others = [source for source in dict.fromkeys(row.source for row in rows) if source != OWN]
    parts = [
        _HEAD.format(
            others="".join(f" and of {source}" for source in others),
            command=command,
            samples=samples,
        )
    ]
    technologies = list(dict.fromkeys(row.technology for row in rows))
    for source in others:
        parts.append("\n".join(_comparison(rows, technologies, source)))
    for technology in technologies:
        name = picture_name(technology)
        parts.append(
            f"## {technology}\n\n![Error against energy and area in {technology}]({name})\n"
        )
    for kinds in sorted(dict.fromkeys(row.kinds for row in rows), key=_by_kinds):
        some = [row for row in rows if row.kinds == kinds]
        parts.append("\n".join(_table(kinds, some, technologies)))
    return "\n".join(parts)


def picture_name(technology: str) -> str:
    """File name of the picture of a technology."""
    return f"multipliers-{technology}.svg"


def _comparison(rows: Sequence[Figures], technologies: Sequence[str], source: str) -> Iterator[str]:
    """Table: where ours needs no more energy than theirs."""
    yield f"## Compared with {source}\n"
    yield (
        "Least energy at equal MAE, ours no slower than the fastest exact multiplier, theirs at "
        f"any delay, over MAE from {SPAN[0]:g} % to {SPAN[1]:g} % on a logarithmic axis.\n"
    )
    yield from _header(
        "technology", "operands", "trace", "ours at or below", f"{source} needs less at"
    )
    for technology in technologies:
        here = [row for row in rows if row.technology == technology]
        for kinds in dict.fromkeys(row.kinds for row in here if row.source == source):
            some = [row for row in here if row.kinds == kinds]
            ours = [row for row in some if row.source == OWN]
            theirs = [row for row in some if row.source == source]
            for energy, trace in TRACES.items():
                found = compare(ours, theirs, energy)
                losses = ", ".join(f"{low:.2g}..{high:.2g} %" for low, high in found.losses)
                share = f"{100 * found.share:.0f} %"
                yield _line(technology, kinds, trace, share, losses or "nowhere")
    yield ""


def _table(kinds: str, rows: Sequence[Figures], technologies: Sequence[str]) -> Iterator[str]:
    """All multipliers of one pair of kinds by error, with the costs in every technology."""
    yield f"## {kinds}\n"
    columns = [f"{cost} {x}" for x in technologies for cost in _COSTS]
    yield from _header("multiplier", *_ERRORS, *columns)
    found: dict[tuple[str, str, int], dict[str, Figures]] = {}
    for row in rows:
        found.setdefault((row.source, row.name, row.mode), {})[row.technology] = row
    several = {(row.source, row.name) for row in rows if row.mode}
    first = technologies[0]
    for key, costs in sorted(found.items(), key=lambda x: (x[1][first].mae, x[1][first].energy_pj)):
        row = costs[first]
        name = f"{row.name}/{row.mode_name}" if key[:2] in several else row.name
        title = f"`{name}`" if row.source == OWN else f"{row.source} {name}"
        errors = (row.mae_percent, row.mean, row.std, 100 * row.mre, row.wce)
        yield _line(title, *errors, *(x for t in technologies for x in _costs(costs[t])))
    found_exact = (baseline([x for x in rows if x.technology == t]) for t in technologies)
    names = {row.name for row in found_exact if row is not None}
    if names:
        yield f"\nExact multiplier of least energy: {', '.join(sorted(names))}.\n"


def _costs(row: Figures) -> list[float]:
    return [getattr(row, name) for name in _COSTS.values()]


def _header(*titles: str) -> Iterator[str]:
    yield _line(*titles)
    yield "|" + "---|" * len(titles)


def _line(*cells: object) -> str:
    return f"| {' | '.join(map(_text, cells))} |"


def _text(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.3g}" if abs(cell) < 1000 else f"{cell:.0f}"
    return str(cell)


def _by_kinds(kinds: str) -> tuple[int, str]:
    """8-bit operands before narrower ones."""
    return (0 if kinds.count("8") == 2 else 1, kinds)
