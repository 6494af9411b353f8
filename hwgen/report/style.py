"""How a page looks, in light and in dark surroundings."""

import re

from hwgen.report.drawing import PALETTE

__all__ = ["STYLE", "themed"]

_DARK = {
    "ink": "#e6e9ef",
    "muted": "#98a2b3",
    "grid": "#2b3240",
    "paper": "#141820",
    "approximate": "#56a8f0",
    "precision": "#f08a4b",
    "exact": "#8a93a3",
}


def themed(svg: str) -> str:
    """The plot with its colours taken from the page and its text in the page's font."""
    for name, value in PALETTE.items():
        svg = svg.replace(value, f"var(--{name})")
    return re.sub(r"font: ((?:\w+ )*)([\d.]+)px [^;\"]*", r"font: \1\2px var(--font)", svg)


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in colours.items())


STYLE = (
    ":root{color-scheme:light dark;"
    '--font:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;'
    f"{_variables(PALETTE)}}}"
    f"@media (prefers-color-scheme:dark){{:root{{{_variables(_DARK)}}}}}"
    """
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 var(--font)}
main{max-width:1040px;margin:0 auto;padding:40px 24px 64px}
h1{font-size:28px;letter-spacing:-.01em;margin:0 0 6px}
h2{font-size:18px;margin:0 0 4px}
header p{margin:0 0 22px}
section{margin-top:44px}
section>p,header p,ul,dt{color:var(--muted)}
p{max-width:46em;margin:0 0 12px}
code{font:13px ui-monospace,"SF Mono",Menlo,Consolas,monospace}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:14px}
.tile{border:1px solid var(--grid);border-radius:10px;padding:14px 18px 12px}
.tile b{display:block;font-size:32px;line-height:1.15;letter-spacing:-.02em}
.tile span{display:block}
.tile small{color:var(--muted);font-size:13px}
figure{margin:10px 0 0}
figure svg{max-width:100%;height:auto;display:block}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
th{font-weight:500;color:var(--muted);text-align:left;vertical-align:bottom;font-size:13px}
th,td{padding:6px 12px 6px 0;border-bottom:1px solid var(--grid)}
th.n,td.n{text-align:right;padding:6px 0 6px 12px}
td{vertical-align:top}
tr.strong td{font-weight:650}
ul{padding-left:18px;font-size:14px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;font-size:14px;margin:8px 0 0}
dd{margin:0;overflow-wrap:anywhere}
"""
)
