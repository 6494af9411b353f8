"""How pictures are drawn: colours, style, SVG text."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

__all__ = ["PALETTE", "drawing", "on_white", "svg_text"]

# By role; light page. Blue and vermilion stay apart under every common colour blindness.
PALETTE = {
    "ink": "#1c2330",
    "muted": "#6b7484",
    "grid": "#e3e7ee",
    "paper": "#fefefe",
    "approximate": "#0067b1",
    "precision": "#d1560a",
    "exact": "#8a93a3",
}

_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text and takes the page's font
    "svg.hashsalt": "hwgen",  # equal figures are equal bytes
    "font.size": 10,
    "text.color": PALETTE["ink"],
    "axes.labelcolor": PALETTE["muted"],
    "axes.edgecolor": PALETTE["grid"],
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlelocation": "left",
    "axes.titlesize": 10,
    "axes.titlepad": 10,
    "grid.color": PALETTE["grid"],
    "grid.linewidth": 0.8,
    "xtick.color": PALETTE["muted"],
    "ytick.color": PALETTE["muted"],
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "figure.facecolor": "none",
}


@contextmanager
def drawing(width: float, height: float, rows: int, cols: int, **options: Any) -> Iterator[Any]:
    """A figure of that many inches and its grid of axes, in the style of all pictures."""
    with mpl.rc_context({**mpl.rcParamsDefault, "backend": "svg", **_STYLE}):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasSVG(figure)
        yield figure, figure.subplots(rows, cols, squeeze=False, **options)


def svg_text(figure: Figure) -> str:
    """SVG element of a figure, without the XML prologue and without ids that could clash."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    text = buffer.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    return re.sub(r'<g id="[^"]*"', "<g", text)


def on_white(svg: str) -> str:
    """The picture with a background, for pages that may be dark."""
    return svg.replace(">", '><rect width="100%" height="100%" fill="#ffffff"/>', 1)
