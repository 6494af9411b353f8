"""Small seeds, quickly synthesized."""

import pytest

from hwgen.arith.netlist.gate_builder import array_multiplier, to_verilog
from hwgen.arith.operand import OperandKind
from hwgen.cost.technology import Technology


@pytest.fixture(scope="session")
def technology():
    return Technology.load()


@pytest.fixture(scope="session")
def seed():
    """Exact multiplier of four bits."""
    kind = OperandKind(4, False)
    return array_multiplier("small", kind, kind)


@pytest.fixture(scope="session")
def seed_file(seed, tmp_path_factory):
    path = tmp_path_factory.mktemp("seed") / "small.v"
    path.write_text(to_verilog(seed, "small"))
    return path
