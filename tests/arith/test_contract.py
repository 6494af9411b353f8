"""Every catalogued multiplier keeps Multiplier's promises."""

from collections import defaultdict
from typing import ClassVar

from amaranth.back import rtlil

from hwgen.arith.catalogue import CATALOGUE
from tests.arith.contract import Contract


class TestCatalogue(Contract):
    multipliers: ClassVar = dict(CATALOGUE)


def test_no_two_members_are_one_circuit():
    alike = defaultdict(list)
    for name, multiplier in CATALOGUE.items():
        tables = tuple(multiplier.table(mode).tobytes() for mode in range(len(multiplier.modes)))
        alike[multiplier.a_kind, multiplier.w_kind, tables].append(name)
    for names in alike.values():
        if len(names) == 1:
            continue
        circuits = {
            rtlil.convert(CATALOGUE[name].create(), name="circuit", emit_src=False)
            for name in names
        }
        assert len(circuits) == len(names), f"{names} are the same"
