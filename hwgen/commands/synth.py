"""``hwgen synth``: area, delay and energy of the Verilog."""

import argparse

from hwgen import api
from hwgen.commands.output import print_json
from hwgen.commands.table import table

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
            array.multiplier,
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
    print(table(ARRAYS, arrays))
    return 0
