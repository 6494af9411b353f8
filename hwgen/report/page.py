"""One self-contained HTML page: no script, no request, every plot inside."""

from html import escape
from typing import Any

from hwgen.report import plots
from hwgen.report.search_sections import search_sections
from hwgen.report.style import STYLE, themed
from hwgen.report.tables import table

__all__ = ["page"]

SMALL = 0.01  # of the area: modules below it are summed up
_ROLES = {
    "exact": "exact",
    "precision": "precision alone",
    "pick": "picked",
}


def page(document: dict[str, Any]) -> str:
    """HTML of a document of :mod:`hwgen.report.summary`.

    Sections whose figures are absent are left out; equal documents give equal pages.
    """
    sections = [
        _head(document),
        _section(
            "What accuracy costs",
            "Every evaluated mapping, and the fronts as they were judged in the end. The choice "
            "relies on the left: the drop on the calibration images at its upper 95 % bound. Test "
            "images were read after the search, for the mappings on the fronts.",
            plots.trade_off(document),
            "Accuracy lost against multiplier energy",
        ),
        _points_table(document),
        *(_section(*x) for x in search_sections(document)),
        _section(
            "Where the energy goes",
            "",
            plots.layers(document),
            "Energy of each layer, exact and picked, with the picked mode",
        ),
        _section(
            "Energy and area against the exact baseline",
            "Multiplier: the circuit alone. Array: processing elements with their registers and "
            "adders, as synthesized."
            if "synthesis" in document
            else "The multiplier circuit alone.",
            plots.savings(document),
            "Energy and area of the chosen mappings relative to exact",
        ),
        _section(
            "How the products err",
            "Exact minus approximate, over all operand pairs; the scale is linear near 0 and "
            "logarithmic beyond.",
            plots.error_maps(document),
            "Error of every operand pair for the modes of the picked mapping",
        ),
        _multipliers(document),
        _synthesis(document),
        _provenance(document),
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>hwgen report</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(x for x in sections if x)
        + "\n</main>\n</body>\n</html>\n"
    )


def _head(document: dict[str, Any]) -> str:
    points, chosen, network = document["points"], document["chosen"], document["network"]
    exact, pick = points[chosen["exact"]], points[chosen["pick"]]
    alone = points[chosen["precision"]]
    operations = sum(x["operations"] for x in network["layers"])
    tiles = [
        (
            _change(pick["energy"]),
            "multiplier energy",
            f"precision alone {_change(alone['energy'])}",
        ),
        _accuracy_tile(exact, pick),
    ]
    if "synthesis" in document:
        arrays = document["synthesis"]["arrays"]
        ratio, alone_ratio = (
            arrays[x]["array_area_um2"] / arrays["exact"]["array_area_um2"]
            for x in ("pick", "precision")
        )
        tiles.append((_change(ratio), "array area", f"precision alone {_change(alone_ratio)}"))
    else:
        tiles.append(
            (_change(pick["area"]), "multiplier area", f"precision alone {_change(alone['area'])}")
        )
    simulation = document.get("simulation")
    if simulation:
        tiles.append(
            (
                f"{simulation['mismatches']}",
                "mismatches" if simulation["mismatches"] != 1 else "mismatch",
                f"{simulation['tensors']} tensors of {simulation['images']} images compared",
            )
        )
    figures = "".join(
        f'<div class="tile"><b>{escape(value)}</b><span>{escape(name)}</span>'
        f"<small>{escape(note)}</small></div>"
        for value, name, note in tiles
    )
    rows, cols = document["search"]["array"]
    return (
        "<header><h1>Approximate accelerator</h1>"
        f"<p>{len(network['layers'])} multiplying layers, {operations:,} products per image, on a "
        f"{rows}x{cols} array of <code>{escape(pick['multiplier'])}</code>. At most "
        f"{document['search']['max_drop']:g} points of accuracy may be lost.</p>"
        f'<div class="tiles">{figures}</div></header>'
    )


def _accuracy_tile(exact: dict[str, Any], pick: dict[str, Any]) -> tuple[str, str, str]:
    kind = "accuracy" if pick["test_accuracy"] is None else "test_accuracy"
    name = "calibration accuracy" if kind == "accuracy" else "test accuracy"
    return f"{pick[kind]:.2f} %", name, f"exact {exact[kind]:.2f} %"


def _change(ratio: float) -> str:
    return f"{100 * (ratio - 1):+.0f} %".replace("-", "\N{MINUS SIGN}")


def _section(title: str, text: str, svg: str, label: str) -> str:
    words = f"<p>{escape(text)}</p>" if text else ""
    figure = f'<figure role="img" aria-label="{escape(label)}">{themed(svg)}</figure>'
    return f"<section><h2>{escape(title)}</h2>{words}{figure}</section>"


def _points_table(document: dict[str, Any]) -> str:
    points, chosen = document["points"], document["chosen"]
    rows = []
    for role, label in _ROLES.items():
        x = points[chosen[role]]
        rows.append(
            [
                label,
                x["multiplier"],
                " ".join(_used(layer) for layer in x["layers"]),
                f"{100 * x['energy']:.1f}",
                f"{x['energy_pj'] / 1000:.2f}",
                f"{100 * x['area']:.0f}",
                f"{x['accuracy']:.2f}",
                f"{x['drop_bound']:.2f}",
                _percent(x["test_accuracy"], x["test_interval"]),
                _percent(x["test_drop"], x["test_drop_interval"]),
            ]
        )
    header = ["", "multiplier", "modes, layer by layer", "energy %", "energy nJ", "area %",
              "calibration %", "drop bound", "test %", "test drop"]  # fmt: skip
    return f"<section>{table(header, rows, text_columns=3, strong=len(rows) - 1)}</section>"


def _used(choices: list[dict[str, Any]]) -> str:
    """What a layer multiplies with: its main mode, and how many others."""
    return str(choices[0]["label"]) + (f"+{len(choices) - 1}" if len(choices) > 1 else "")


def _percent(value: float | None, interval: list[float] | None) -> str:
    """A figure with half the width of its interval."""
    if value is None or interval is None:
        return ""
    return f"{value:.2f} ± {(interval[1] - interval[0]) / 2:.2f}"


def _multipliers(document: dict[str, Any]) -> str:
    rows = [
        [
            name if not mode else "",
            x["name"] if len(entry["modes"]) > 1 else "",
            f"{entry['area_um2']:.0f}" if not mode else "",
            f"{entry['delay_ns']:.2f}" if not mode else "",
            f"{x['mean']:.1f}",
            f"{x['residual_std']:.1f}",
            f"{x['mae']:.1f}",
            f"{x['wce']}",
            f"{100 * x['error_probability']:.0f}",
        ]
        for name, entry in document["multipliers"].items()
        for mode, x in enumerate(entry["modes"])
    ]
    header = ["multiplier", "mode", "area µm²", "delay ns", "mean error", "deviation after update",
              "mean |error|", "worst", "wrong %"]  # fmt: skip
    kinds = "".join(
        f"<li><code>{escape(name)}</code> {escape(entry['what'])}"
        + (". Coarser operands, multiplied exactly" if _is_coarse(entry) else "")
        + "".join(f" <em>{escape(x)}</em>" for x in entry["reconstructed"])
        + "</li>"
        for name, entry in document["multipliers"].items()
    )
    return (
        "<section><h2>Multipliers</h2><p>Errors over all operand pairs, uniformly; the bias "
        f"update takes each filter's mean away.</p>{table(header, rows, text_columns=2)}"
        f"<ul>{kinds}</ul></section>"
    )


def _is_coarse(entry: dict[str, Any]) -> bool:
    return bool(entry["is_precision"]) and any(x["wce"] for x in entry["modes"])


def _synthesis(document: dict[str, Any]) -> str:
    synthesis = document.get("synthesis")
    if not synthesis:
        return ""
    arrays = [
        [
            _ROLES[role],
            x["multiplier"],
            f"{x['array_area_um2']:,.0f}",
            f"{x['pe_area_um2']:,.0f}",
            f"{x['multiplier_area_um2']:,.0f}",
            _delay(x["pe_delay_ns"]),
            _delay(x["multiplier_delay_ns"]),
            f"{x['multiplier_energy_pj'] / 1000:.2f}",
        ]
        for role, x in sorted(synthesis["arrays"].items(), key=lambda x: list(_ROLES).index(x[0]))
    ]
    modules, small = _modules(synthesis["modules"])
    header = ["array", "multiplier", "area µm²", "element µm²", "multiplier µm²",
              "element ns", "multiplier ns", "energy nJ"]  # fmt: skip
    parts = ["module", "area µm²", "instances", "total µm²", "memory bits", "worst path ns"]
    return (
        "<section><h2>Synthesis</h2><p>Energy: multipliers, one image, on the operands that the "
        "elements see when each array runs its own mapping. The accelerator's memories are "
        f"counted in bits; technology {escape(synthesis['technology'])}.</p>"
        f"{table(header, arrays, text_columns=2, strong=len(arrays) - 1)}"
        f"{table(parts, modules, text_columns=1)}<p>{small}</p></section>"
    )


def _modules(modules: dict[str, Any]) -> tuple[list[list[str]], str]:
    """The largest modules and all memories, and what is said of the others."""
    whole = sum(x["area_um2"] * x["instances"] for x in modules.values())
    rows, left = [], []
    for name, x in sorted(modules.items(), key=lambda x: -x[1]["area_um2"] * x[1]["instances"]):
        area_um2 = x["area_um2"] * x["instances"]
        if area_um2 < SMALL * whole and not x["memory_bits"]:
            left.append(area_um2)
            continue
        bits = f"{x['memory_bits'] * x['instances']:,}" if x["memory_bits"] else ""
        count = f"{x['instances']}"
        own = f"{x['area_um2']:,.0f}"
        rows.append([name, own, count, f"{area_um2:,.0f}", bits, _delay(x["delay_ns"])])
    if not left:
        return rows, ""
    return rows, f"{len(left)} smaller modules, {sum(left):,.0f} µm² together, are not listed."


def _delay(delay_ns: float | None) -> str:
    return "" if delay_ns is None else f"{delay_ns:.2f}"


def _reading(search: dict[str, Any], network: dict[str, Any]) -> str:
    times = search["test_readings"]
    if not times:
        return "none were given"
    often = "once" if times == 1 else f"{times} times"
    points = search["test_points"]
    return f"{network['test_images']}, read {often} for {points} mappings after the search"


def _provenance(document: dict[str, Any]) -> str:
    search, network = document["search"], document["network"]
    facts = {
        "search": f"{', '.join(search['methods'])}; seed {search['seed']}, "
        f"{search['questions']} mappings and probes evaluated on {network['search_images']} images",
        "fronts": f"judged on {network['calibration_images']} calibration images",
        "test images": _reading(search, network),
        "exact baseline": search["baseline"],
        "technology": document["technology"],
        "hwgen": document["version"],
    }
    simulation = document.get("simulation")
    if simulation:
        facts["simulator"] = simulation["simulator"]
        cycles = simulation["cycles_per_image"]
        if cycles:
            facts["cycles per image"] = f"{max(cycles):,}"
    items = "".join(f"<dt>{escape(x)}</dt><dd>{escape(str(y))}</dd>" for x, y in facts.items())
    items += "".join(
        f"<dt>{escape(x)} SHA-256</dt><dd><code>{escape(y)}</code></dd>"
        for x, y in document["digests"].items()
    )
    return f"<section><h2>Made from</h2><dl>{items}</dl></section>"
