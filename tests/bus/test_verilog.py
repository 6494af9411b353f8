"""The emitted Verilog of the bus side: names that tools know, and nothing careless."""

import re

import pytest

from hwgen.bus.arbiter import AxiReadArbiter
from hwgen.bus.axi import AxiRead, AxiWrite
from hwgen.bus.reader import AxiReader
from hwgen.bus.register_file import RegisterFile
from hwgen.bus.unpacker import BeatUnpacker
from hwgen.bus.writer import AxiWriter
from hwgen.spec.registers import accelerator_registers
from hwgen.verilog import to_verilog
from tests.verilog_lint import verilator_says

COMPONENTS = {
    "reader": lambda: AxiReader(address_width=40),
    "reader of unaligned runs": lambda: AxiReader(address_width=32, data_width=128, alignment=1),
    "writer": lambda: AxiWriter(address_width=40),
    "writer of unaligned runs": lambda: AxiWriter(address_width=32, data_width=32, alignment=1),
    "arbiter": lambda: AxiReadArbiter(readers=5, address_width=40),
    "unpacker": lambda: BeatUnpacker(data_width=64, word_width=144),
    "unpacker of odd words": lambda: BeatUnpacker(data_width=64, word_width=45),
    "register file": lambda: RegisterFile(accelerator_registers(digest=1, layers=9)),
}


@pytest.mark.tool
@pytest.mark.parametrize("name", COMPONENTS)
def test_verilator_finds_nothing_that_is_not_explained(name, tmp_path):
    assert verilator_says(to_verilog(COMPONENTS[name](), "dut"), "dut", tmp_path) == []


def ports_of(verilog):
    """Direction and width of each port of the module ``dut``."""
    body = re.search(r"^module dut\(.*?^endmodule$", verilog, re.M | re.S)[0]
    found = re.findall(r"^  (input|output) (?:reg )?(?:\[(\d+):0\] )?(\w+);", body, re.M)
    return {name: (direction, int(high or 0) + 1) for direction, high, name in found}


@pytest.mark.parametrize(
    ("component", "signature"),
    [
        (AxiReader(address_width=40, data_width=256), AxiRead(address_width=40, data_width=256)),
        (AxiWriter(address_width=40, data_width=256), AxiWrite(address_width=40, data_width=256)),
    ],
)
def test_ports_have_their_standard_names(component, signature):
    ports = ports_of(to_verilog(component, "dut"))
    for name, member in signature.members.items():
        direction = {"In": "input", "Out": "output"}[member.flow.name]
        assert ports[f"m_axi_{name}"] == (direction, member.shape), name


def test_the_same_component_gives_the_same_bytes():
    once, again = (to_verilog(COMPONENTS["writer"](), "dut") for _ in range(2))
    assert once == again
