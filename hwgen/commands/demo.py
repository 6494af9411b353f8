"""``hwgen demo``: the whole way, on the embedded digits network."""

import argparse
import json
import time
from pathlib import Path

from hwgen import api
from hwgen.commands.explore import METHOD
from hwgen.commands.summary import summary, summary_text
from hwgen.flow.tool import find_tool
from hwgen.network import digits
from hwgen.output import replacing_folder
from hwgen.report.drawing import on_white
from hwgen.report.plots import trade_off

__all__ = ["run"]

BUDGET = 120  # questions of each method: the front of so small a network needs no more
IMAGES = 8  # simulated, each with all its tensors


def run(args: argparse.Namespace) -> int:
    """Run the command; a mismatch is a check that failed."""
    find_tool("iverilog")  # missed now rather than after the search
    with replacing_folder(args.output, "demo") as folder:
        figures = _run_all(folder)
    print(f"\n{summary_text(figures)}\n\nSee {Path(args.output) / 'report.html'}")
    return 1 if figures["mismatches"] else 0


def _run_all(folder: Path) -> dict[str, object]:
    """Every step, with a line each; the folder holds the results."""
    start = time.monotonic()

    def done(line: str) -> None:
        print(f"{time.monotonic() - start:6.1f} s  {line}", flush=True)

    network = api.load(digits.model_path())
    data = api.load_data(digits.data_path(), network)
    products = sum(layer.operations for layer in network.convolutions)
    done(
        f"read the digits network: {products} products per image, "
        f"{api.evaluate(network, data).accuracy:.2f} % of {len(data.test_labels)} test images right"
    )

    study = api.explore(
        digits.model_path(),
        digits.data_path(),
        folder / "digits.study",
        method=METHOD,
        budget=BUDGET,
    )
    done(f"explored {study.ledger.count} mappings and probes of {len(study.costs)} multipliers")

    build = api.generate(study, folder / "build")
    spec = build.spec()
    done(f"generated a {spec.rows}x{spec.cols} array of {spec.multipliers[0]}, and its program")

    seen = api.simulate(build, images=IMAGES)
    done(f"simulated {seen.images} images: {seen.mismatches} mismatches in {seen.tensors} tensors")

    api.synthesize(build)
    done("synthesized the array, the exact one and that of precision alone")

    document = api.report(build, folder / "report.html")
    (folder / "front.svg").write_text(on_white(trade_off(document)), encoding="utf-8")
    figures = summary(document)
    (folder / "summary.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    (folder / "summary.txt").write_text(summary_text(figures) + "\n", encoding="utf-8")
    done("wrote the report")
    return figures
