"""What do the parts of an array cost, exact and approximate?

Usage: python benchmarks/array_cost.py LIBERTY... [--size 16]

Prints, per technology, the split of a processing element (multiplier, registers, adder and
gates) in area and energy, clock pins included, and the area of a whole array with everything
that the hardware forms add to it, in % of the exact array. Operands are uniform and random, the
weight stays: shares, not absolute figures, are what the table is for. The sum from the north is
a random one, too. Areas of arrays are sums over instances of modules synthesized once each;
there is no clock tree, and no wiring.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from hwgen.arith.catalogue import find
from hwgen.array.grid import SystolicArray
from hwgen.array.pe import ProcessingElement
from hwgen.array.skew import ActivationDelay
from hwgen.array.sum_column import SumElement
from hwgen.array.sum_columns import VariateElement
from hwgen.cost.characterize import characterize
from hwgen.cost.design import design_cost
from hwgen.cost.element import element_cost
from hwgen.cost.technology import Technology
from hwgen.verilog import to_verilog

ROWS = 16  # of a column, which decides the width of its sums
LANES, CYCLES = 2048, 8
PE = {
    "exact": ("exact_booth", {}),
    "exact, a register inside": ("exact_booth", {"stages": 1}),
    "exact, diagonal": ("exact_booth", {"diagonal": True}),
    "3 modes": ("lvrm", {}),
    "truncated": ("truncated_8_c", {}),
    "6 x 8, rounded inside": ("precision_6x8", {}),
    "5 x 5, rounded inside": ("precision_5x5", {}),
}
ARRAYS = {
    "exact": ("exact_booth", {}),
    "+ diagonal": ("exact_booth", {"diagonal": True}),
    "+ sum column": ("exact_booth", {"sum_column": True}),
    "+ both sum columns": ("exact_booth", {"sum_column": True, "variate_bits": 3}),
    "+ both, diagonal": (
        "exact_booth",
        {"sum_column": True, "variate_bits": 3, "diagonal": True},
    ),
    "+ a register inside": ("exact_booth", {"stages": 1}),
    "3 modes": ("lvrm", {}),
    "truncated": ("truncated_8_c", {}),
    "truncated, sums, variate": ("truncated_8_c", {"sum_column": True, "variate_bits": 3}),
    "6 x 8, rounded inside": ("precision_6x8", {}),
    "6 x 8, rounded at the edge": ("precision_6x8", {"at_edge": True}),
    "pr, rounded inside": ("PR(rounded=2)", {}),
    "pr, rounded at the edge": ("PR(rounded=2)", {"at_edge": True}),
}


def streams(widths, still=(), ones=()):
    """Random values of ports for some cycles; some stay, some are always 1."""
    rng = np.random.default_rng(0)
    kept = {name: rng.integers(0, 1 << width, LANES) for name, width in widths.items()}
    cycles = []
    for cycle in range(CYCLES):
        values = {
            name: kept[name] if name in still else rng.integers(0, 1 << width, LANES)
            for name, width in widths.items()
        }
        values |= {name: np.ones(LANES, np.int64) for name in ones}
        for name, at in (("load", 0), ("swap", 1)):
            values[name] = np.full(LANES, int(cycle == at))
        cycles.append(values)
    return cycles


def pe_rows(technology):
    print(f"{'pe':28}{'um2':>8}{'mult':>7}{'regs':>7}{'rest':>7}{'ns':>7}", end="")
    print(f"{'pJ':>8}{'mult':>7}{'clock':>7}{'rest':>7}")
    for title, (name, options) in PE.items():
        multiplier = find(name)
        pe = ProcessingElement(multiplier, rows=ROWS, **options)
        widths = {"a": 8, "total": pe.total_kind.width - 1}
        widths |= {"weight": 8 + multiplier.mode_width}
        if multiplier.mode_width:  # mode 0
            widths["weight"] = 8
        cycles = streams(widths, still=("weight",), ones=("valid",))
        cost = element_cost(pe, technology, cycles)
        alone = characterize(multiplier, technology)
        energy_pj = alone.energy_pj[0]["uniform"]
        areas = (alone.area_um2, cost.register_area_um2)
        energies = (energy_pj, cost.clock_pj)
        print(f"{title:28}{cost.area_um2:8.0f}", *shares(cost.area_um2, areas), end="")
        print(f"{cost.delay_ns:7.2f}{cost.energy_pj:8.3f}", *shares(cost.energy_pj, energies))


def shares(whole, parts):
    rest = whole - sum(parts)
    return [f"{100 * part / whole:5.1f}%" for part in (*parts, rest)]


def element_rows(technology):
    bits = 3
    elements = {
        "sum element": (SumElement(width=8, rows=ROWS), {"a": 8, "total": 11}, ()),
        f"variate element, {bits} bits": (
            VariateElement(width=8, rows=ROWS, bits=bits),
            {"a": 8, "total": 6},
            ("mask",),
        ),
        "skew register": (ActivationDelay(width=8, depth=1), {"a": 8}, ()),
    }
    for title, (element, widths, constant) in elements.items():
        cycles = streams(widths, ones=("valid", *constant))
        cost = element_cost(element, technology, cycles)
        areas = (0, cost.register_area_um2)
        print(f"{title:28}{cost.area_um2:8.0f}", *shares(cost.area_um2, areas), end="")
        print(f"{cost.delay_ns:7.2f}", end="")
        print(f"{cost.energy_pj:8.3f}", *shares(cost.energy_pj, (0, cost.clock_pj)))


def array_rows(technology, size):
    print(f"{f'array {size} x {size}':28}{'um2':>10}{'of exact':>9}{'pes':>7}{'mult':>7}")
    exact = None
    for title, (name, options) in ARRAYS.items():
        options = {"sum_column": False, "column_enable": False} | options
        array = SystolicArray(find(name), rows=size, cols=size, **options)
        with tempfile.TemporaryDirectory() as folder:
            verilog = Path(folder) / "array.v"
            verilog.write_text(to_verilog(array, "systolic_array"), encoding="utf-8")
            cost = design_cost([verilog], "systolic_array", technology)
        areas = {x.name: x.count * x.area_um2 for x in cost.modules}
        exact = exact or cost.area_um2
        pes = areas["pe"] + areas["multiplier"]
        share = [f"{100 * x / cost.area_um2:5.1f}%" for x in (pes, areas["multiplier"])]
        print(f"{title:28}{cost.area_um2:10.0f}{100 * cost.area_um2 / exact:8.1f}%", *share)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("liberty", nargs="+")
    parser.add_argument("--size", type=int, default=16)
    arguments = parser.parse_args()
    for path in arguments.liberty:
        technology = Technology.load(path)
        print(f"\n{technology.name}")
        pe_rows(technology)
        element_rows(technology)
        array_rows(technology, arguments.size)


if __name__ == "__main__":
    main()
