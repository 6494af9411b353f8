"""Import EvoApproxLib's 8x8 multipliers and compare them with what is known about them.

Usage: python benchmarks/evoapproxlib.py FOLDER TABLES.npz METRICS.csv [-o NETLISTS]

Takes every .v file of the folder; mul8s_* are signed. The products of all operand pairs must
equal the array of the file's name, int32[256, 256] by raw codes of A and B. Recomputed error
metrics must equal the published ones, rounded or cut off where these end: the columns pub_mae,
pub_wce, pub_wcre_pct, pub_ep_pct, pub_mre_pct and pub_mse of the row of that name. (The published
MAE and WCE in percent only repeat these, one of them after rounding: 0.0018 % of 2**16 for 1.25.)
Relative errors count pairs whose exact product is not 0. Exit code 1 when anything differs.
With -o, the netlists are written to a new folder, as hwgen multipliers import would write them.
The circuits themselves come from github.com/ehw-fit/evoapproxlib.
"""

import argparse
import csv
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import numpy as np

from hwgen.arith.metrics import measure
from hwgen.arith.netlist.gate_builder import to_verilog
from hwgen.commands.table import table
from hwgen.errors import HwgenError
from hwgen.exchange.verilog_import import Ports, Source, import_verilog

PRODUCTS = {"mul8u_2NDH": "Z"}  # ports of the product that are not called O
SLACK = Decimal("1e-9")  # of the binary fractions


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("folder", "tables", "metrics"):
        parser.add_argument(name, type=Path)
    parser.add_argument("-o", "--output", type=Path, help="new folder for the netlists")
    args = parser.parse_args()
    if args.output is not None:
        args.output.mkdir()
    tables = np.load(args.tables)
    with args.metrics.open(newline="") as stream:
        published = {row["name"]: row for row in csv.DictReader(stream)}

    start = time.perf_counter()
    files = sorted(args.folder.glob("*.v"))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = dict(zip((x.stem for x in files), pool.map(imported, files), strict=True))
    rows, functions, good = [], {}, 0
    for name, (netlist, seconds) in found.items():
        if isinstance(netlist, HwgenError):
            rows.append((name, "-", str(netlist), "-", f"{seconds:.2f}"))
            continue
        if args.output is not None:
            (args.output / f"{name}.v").write_text(to_verilog(netlist, netlist.name))
        same = np.array_equal(netlist.table(), tables[name])
        wrong = differing(published[name], figures(netlist))
        good += same and not wrong
        functions.setdefault((netlist.a_kind, netlist.table().tobytes()), []).append(name)
        verdicts = ("equal" if same else "DIFFERENT", ", ".join(wrong) or "equal")
        rows.append((name, len(netlist.gates), *verdicts, f"{seconds:.2f}"))
    print(table(("file", "gates", "products", "published metrics", "s"), rows))
    print("\nEqual functions:")
    print("\n".join(" = ".join(names) for names in functions.values() if len(names) > 1))
    print(
        f"\n{good} of {len(files)} files import with the known products and metrics "
        f"({len(tables.files)} are known), {len(functions)} different functions; "
        f"{time.perf_counter() - start:.0f} s"
    )
    return 0 if good == len(files) == len(tables.files) else 1


def imported(path):
    """The netlist, or why there is none, and the seconds that took."""
    signed = path.stem.startswith("mul8s_")
    out = PRODUCTS.get(path.stem, "O")
    ports = Ports(a="A", w="B", out=out, a_signed=signed, w_signed=signed)
    top = path.stem.partition("@")[0]  # what follows tells branches of the library apart
    start = time.perf_counter()
    try:
        netlist = import_verilog(Source.read(path), ports, top=top)
    except HwgenError as error:
        netlist = error
    return netlist, time.perf_counter() - start


def figures(netlist):
    """Error metrics by the names of their columns."""
    error = measure(netlist)
    exact = np.multiply.outer(netlist.a_kind.values, netlist.w_kind.values)
    distance, counted = np.abs(exact - netlist.table()), exact != 0
    return {
        "pub_mae": error.mae,
        "pub_wce": error.wce,
        "pub_wcre_pct": 100 * (distance[counted] / np.abs(exact[counted])).max(),
        "pub_ep_pct": 100 * error.error_probability,
        "pub_mre_pct": 100 * error.mre,
        "pub_mse": error.variance + error.mean**2,
    }


def differing(row, values):
    """Which figures are not the published ones, rounded or cut off after the last digit."""
    wrong = []
    for column, value in values.items():
        printed = Decimal(row[column])
        step = Decimal(1).scaleb(printed.as_tuple().exponent)
        if not -step / 2 - SLACK <= Decimal(float(value)) - printed < step + SLACK:
            wrong.append(f"{column} {value:g}, not {row[column]}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
