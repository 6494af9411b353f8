"""A comparison as Markdown."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hwgen.comparison.markdown import change, percent, points, table
from hwgen.mapping.study.study import PRECISION

__all__ = ["document", "picture"]

Figures = Mapping[str, Any]

_INTRODUCTION = """\
Written by `hwgen compare`; the commands that make it again are at its end. Every method of a study
had the same network, calibration images, multipliers, measured energies and hardware form, and the
same number of questions. Points are picked on calibration images: the cheapest one whose 95 %
bound of the drop is within the limit. Test images were read after the searches, and nothing was
chosen with them. Drops are those of paired images against the exact network, in percent points,
with 95 % intervals. Energy is relative to the cheapest exact multiplier: *all* of the multipliers
in all layers, *conv* of those in convolutions (as most published work has it), *array* of the
whole array of processing elements, *datapath* of array, weight loader and vector unit (where
control variates pay for their sums), clock pins included. *Beyond precision* is what a method
saves beyond exact multipliers of fewer bits with corrections of their own at the same limit, in
percent of exact energy."""


def document(results: Figures) -> str:
    """Text of a comparison's results; the pictures that it names lie beside it."""
    parts = [
        f"# {results['title']}",
        _INTRODUCTION,
        *_published(results),
        *_against_precision(results),
        *(part for name, x in results["studies"].items() for part in _study(name, x, results)),
        *_methods(results),
        *_again(results),
    ]
    return "\n\n".join(parts) + "\n"


def picture(study: str, kind: str) -> str:
    """File name of a picture of a study: ``fronts`` or ``growth``."""
    return f"results-{study}-{kind}.svg"


def _published(results: Figures) -> Iterator[str]:
    if not results["published"]:
        return
    rows = [_published_row(x, results) for x in results["published"]]
    yield "## Published figures, and ours"
    yield table(
        ["published", "theirs", "ours: study", "at", "saved", "goal", "reached", "reproduced"], rows
    )


def _published_row(x: Figures, results: Figures) -> list[str]:
    study = results["studies"][x["study"]]

    def saved(method: str) -> str:
        if method not in study["methods"]:
            return "not run"
        value = study["methods"][method]["picks"][f"{x['limit']:g}"][x["energy"]]
        return "not measured" if value is None else percent(1 - value)

    energy = {"total": "all", "convolutions": "conv", "array": "array"}[x["energy"]]
    ours = saved(results["default"])
    is_known = x["goal"] is not None and ours.endswith("%")
    value = study["methods"].get(results["default"], {}).get("picks", {})
    reached = ""
    if is_known:
        found = 100 * (1 - value[f"{x['limit']:g}"][x["energy"]])
        reached = "yes" if found >= x["goal"] else f"no: {found - x['goal']:+.1f}"
    return [
        x["work"],
        x["theirs"],
        x["study"],
        f"{x['limit']:g} points",
        f"{ours} ({energy})",
        "" if x["goal"] is None else f"{x['goal']:g} %",
        reached,
        f"{x['method']}: {saved(x['method'])}" if x["method"] else "",
    ]


def _against_precision(results: Figures) -> Iterator[str]:
    default = results["default"]
    rows = []
    for name, study in results["studies"].items():
        if default not in study["methods"] or PRECISION not in study["methods"]:
            continue
        for limit in results["limits"]:
            own, alone = (study["methods"][x]["picks"][f"{limit:g}"] for x in (default, PRECISION))
            rows.append(
                [
                    name,
                    f"{limit:g}",
                    percent(1 - own["total"]),
                    percent(1 - alone["total"]),
                    change(own["beyond_precision"]),
                    points(own["test_drop"], own["test_drop_interval"]),
                    points(alone["test_drop"], alone["test_drop_interval"]),
                ]
            )
    if rows:
        yield f"## {default} against precision with the same corrections"
        header = ["study", "limit", f"{default} saves", "precision saves", "beyond precision",
                  f"{default}: test drop", "precision: test drop"]  # fmt: skip
        yield table(header, rows, text_columns=1)


def _study(name: str, study: Figures, results: Figures) -> Iterator[str]:
    yield f"## {study['title'] or name}"
    rows, cols = study["array"]
    accuracy = study["exact"]["test_accuracy"]
    tested = "no test images" if accuracy is None else f"exact test accuracy {accuracy:.2f} %"
    share = study["exact"]["multiplier_share"]
    told = f" Multipliers switch {percent(share or 0)} of the exact array's energy."
    array = "" if share is None else told
    yield (
        f"Study `{name}`: form `{study['form']}` of {rows}x{cols}, {study['multipliers']} "
        f"multipliers, {study['technology']}; searched on {study['search_images']} and picked on "
        f"{study['calibration_images']} calibration images, {study['test_images']} test images "
        f"(read {_times(study['test_readings'])}), {tested}.{array}"
    )
    yield f"![Fronts]({picture(name, 'fronts')})"
    for limit in results["limits"]:
        yield f"### At {limit:g} points"
        yield _picks(study["methods"], f"{limit:g}")
    yield "### Hypervolume against work"
    yield f"![Hypervolume]({picture(name, 'growth')})"
    yield _hypervolumes(study)
    if results["default"] in study["methods"]:
        yield _verdict(study["methods"], results["default"])
    if study["ablation"]:
        yield "### What each correction is worth"
        yield from _ablation(study["ablation"])


def _times(count: int) -> str:
    return {1: "once"}.get(count, f"{count} times")


def _picks(methods: Mapping[str, Figures], limit: str) -> str:
    rows = []
    for name, method in methods.items():
        x = method["picks"][limit]
        rows.append(
            [
                name,
                percent(1 - x["total"]),
                percent(1 - x["convolutions"]),
                *("" if x[y] is None else percent(1 - x[y]) for y in ("array", "datapath")),
                "" if name == PRECISION else change(x["beyond_precision"]),
                f"{x['drop_bound']:.2f}",
                "" if x["test_accuracy"] is None else f"{x['test_accuracy']:.2f}",
                points(x["test_drop"], x["test_drop_interval"]),
                ", ".join(x["multipliers"]),
            ]
        )
    header = ["method", "saved: all", "conv", "array", "datapath", "beyond precision", "bound",
              "test %", "test drop", "multipliers"]  # fmt: skip
    return table(header, rows, text_columns=1)


def _hypervolumes(study: Figures) -> str:
    rows = [
        [
            name,
            f"{x['hypervolume']:.4f}",
            f"{x['hypervolume_tenth']:.4f}",
            f"{x['questions']}",
            f"{x['cost'] / 1e9:.1f}",
            f"{x['seconds']:.0f}",
        ]
        for name, x in sorted(study["methods"].items(), key=lambda x: -x[1]["hypervolume"])
    ]
    header = ["method", "hypervolume", "at a tenth of the work", "questions",
              "G multiplications", "processor seconds"]  # fmt: skip
    return table(header, rows, text_columns=1)


def _verdict(methods: Mapping[str, Figures], default: str) -> str:
    """Which methods the default one equals, with all of its work and with a tenth of it."""
    others = {name: x["hypervolume"] for name, x in methods.items() if name != default}
    sentences = []
    for key, work in (("hypervolume", "all"), ("hypervolume_tenth", "a tenth")):
        own = methods[default][key]
        ahead = [f"{name} by {x - own:.4f}" for name, x in others.items() if x > own]
        whom = f"all but {', '.join(ahead)}" if ahead else "every other method"
        sentences.append(f"With {work} of its work `{default}` at least equals {whom}.")
    return " ".join(sentences)


def _ablation(rows: Sequence[Figures]) -> Iterator[str]:
    names = list(dict.fromkeys(x["corrections"] for x in rows))
    cases = list(dict.fromkeys((x["method"], x["limit"]) for x in rows))
    known = {(x["method"], x["limit"], x["corrections"]): x for x in rows}
    yield (
        "The same multipliers, corrected in different ways: expected drop on the calibration "
        "images of the search, and energy of all layers."
    )
    header = ["corrections", *(f"{method}, {limit:g} points" for method, limit in cases)]
    body = [[name, *(_ablated(known.get((*case, name))) for case in cases)] for name in names]
    yield table(header, body, text_columns=1)


def _ablated(row: Figures | None) -> str:
    return "" if row is None else f"{row['drop']:.2f} at {percent(row['energy'])}"


def _methods(results: Figures) -> Iterator[str]:
    yield "## Methods, and what of them was reconstructed"
    yield "\n".join(
        f"- `{name}`: {x['what']}" + "".join(f" {text}" for text in x["reconstructed"])
        for name, x in results["methods"].items()
    )


def _again(results: Figures) -> Iterator[str]:
    yield "## Made again by"
    yield "```\n" + "\n".join(results["commands"]) + "\n```"
    digests = "".join(
        f"\n- study `{name}`: model of SHA-256 `{x['model_sha256']}`"
        for name, x in results["studies"].items()
    )
    yield f"hwgen {results['version']}, plan of SHA-256 `{results['plan_sha256']}`.{digests}"
