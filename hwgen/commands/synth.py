"""``hwgen synth``: area, delay and energy of the Verilog."""

import argparse

from hwgen import api
from hwgen.commands.output import print_json
from hwgen.commands.table import brief, table
from hwgen.synthesis import Synthesis

__all__ = ["run"]

MODULES = ("module", "instances", "area um2", "total um2", "memory bits", "delay ns")
ARRAYS = (
    "array",
    "multiplier",
    "array um2",
    "pe um2",
    "mult. um2",
    "pe ns",
    "mult. ns",
    "mult. nJ/image",
)
PARTS = ("part", "um2", "%", "registers", "switching nJ", "clock nJ", "%")
ROLES = {"exact": "exact", "precision": "precision alone", "pick": "this build"}


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    cost = api.synthesize(args.build, args.tech)
    if args.json:
        print_json(cost.document())
        return 0
    modules = [
        (
            module.name,
            module.count,
            f"{module.area_um2:.0f}",
            f"{module.count * module.area_um2:.0f}",
            module.count * module.memory_bits or None,
            module.delay_ns,
        )
        for module in cost.accelerator.modules
    ]
    arrays = [
        (
            label,
            brief(array.multiplier),
            f"{array.array_area_um2:.0f}",
            f"{array.pe_area_um2:.0f}",
            f"{array.multiplier_area_um2:.0f}",
            array.pe_delay_ns,
            array.multiplier_delay_ns,
            f"{array.multiplier_energy_pj / 1e3:.1f}",
        )
        for label, array in (
            (label, cost.arrays[role]) for role, label in ROLES.items() if role in cost.arrays
        )
    ]
    print(f"accelerator, module by module (technology {cost.technology})\n")
    print(table(MODULES, modules))
    print(
        f"\n{cost.accelerator.area_um2:.0f} um2 of cells, "
        f"{cost.accelerator.memory_bits} bits of memory\n"
    )
    print(f"{table(ARRAYS, arrays)}\n")
    print(
        "array, weight loader and vector unit by part; energy of one image, all its cycles, with\n"
        "the operands of the first one. In the array a multiplier is driven by registers, in the\n"
        "table above by its ports, and on all images that it is measured with.\n"
    )
    print(table(PARTS, _parts(cost)))
    return 0


def _parts(cost: Synthesis) -> list[tuple[object, ...]]:
    """Largest first, and their sum; energy that was not measured is left empty."""
    parts, energy = cost.datapath.parts, cost.energy
    whole_um2, whole_nj = cost.datapath.area_um2, energy.datapath_nj
    rows = []
    for name, part in sorted(parts.items(), key=lambda x: -x[1].area_um2):
        switching, clock = energy.switching_nj.get(name), energy.clock_nj.get(name, 0.0)
        share = 100 * ((switching or 0.0) + clock) / whole_nj
        rows.append(
            (
                name,
                f"{part.area_um2:.0f}",
                f"{100 * part.area_um2 / whole_um2:.1f}",
                part.registers,
                None if switching is None else f"{switching:.1f}",
                f"{clock:.1f}",
                f"{share:.1f}",
            )
        )
    sums = (f"{sum(x.values()):.1f}" for x in (energy.switching_nj, energy.clock_nj))
    registers = sum(x.registers for x in parts.values())
    return [*rows, ("all", f"{whole_um2:.0f}", "100.0", registers, *sums, "100.0")]
