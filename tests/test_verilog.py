"""Verilog of whole accelerators: their modules, ports, comments and bytes."""

import re
import subprocess
import time
from dataclasses import dataclass

import pytest
from amaranth.hdl import Shape
from amaranth.lib import wiring

from hwgen.accelerator import Accelerator
from hwgen.emission import Emitter
from hwgen.memory.ram import Ram
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.verilog import to_verilog

SIZES = ("2x2", "3x5")
MEMORIES = {
    "accumulator_depth": 16,
    "activation_bytes": 512,
    "weight_fifo_words": 8,
    "requantizers": 1,
}


def accelerator(size, multiplier="posneg_1"):
    rows, cols = map(int, size.split("x"))
    return Accelerator(AcceleratorSpec(rows=rows, cols=cols, multipliers=(multiplier,), **MEMORIES))


@dataclass(frozen=True)
class Emitted:
    """Verilog of an accelerator, and the components that it was made from."""

    text: str
    components: dict
    cpu_seconds: float

    @property
    def modules(self):
        """Text of each module, in order."""
        found = re.finditer(r"^module (\w+)\(.*?^endmodule$", self.text, re.M | re.S)
        return {match[1]: match[0] for match in found}


@pytest.fixture(scope="module")
def emitted():
    """Accelerators by size, each emitted once for all tests."""
    results = {}
    for size in SIZES:
        components = {}

        class Recorder(Emitter):
            def add(self, module, component, components=components):
                components.setdefault(module, component)
                return super().add(module, component)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("hwgen.verilog.Emitter", Recorder)
            start = time.process_time()
            text = to_verilog(accelerator(size), "accelerator")
            results[size] = Emitted(text, components, time.process_time() - start)
    return results


def declared_ports(text):
    """Direction, width and sign of every port of a module's text."""
    pattern = r"^  (input|output) (?:reg )?(signed )?(?:\[(\d+):0\] )?\\?(\w+) ?;$"
    return {
        name: (direction, int(top or 0) + 1, bool(sign))
        for direction, sign, top, name in re.findall(pattern, text, re.M)
    }


def signature_ports(component):
    """The same, from the signature of a component."""
    ports = {}
    for path, member, _ in component.signature.flatten(component):
        shape = Shape.cast(member.shape)
        direction = "input" if member.flow == wiring.In else "output"
        ports["__".join(map(str, path))] = (direction, shape.width, shape.signed)
    return ports


@pytest.mark.parametrize("size", SIZES)
def test_every_element_of_the_array_is_an_instance_of_the_one_pe(size, emitted):
    rows, cols = map(int, size.split("x"))
    modules = emitted[size].modules
    for parent, child, number in (("pe_grid", "row", rows), ("pe_row", "pe", cols)):
        pattern = rf"^  (?:pe_)?{child} ({child}_\d+) \($"
        found = re.findall(pattern, modules[parent], re.M)
        assert sorted(found) == sorted(f"{child}_{k}" for k in range(number))


@pytest.mark.parametrize("size", SIZES)
def test_every_module_has_the_ports_of_its_signature(size, emitted):
    for name, text in emitted[size].modules.items():
        wanted = signature_ports(emitted[size].components[name])
        if "posedge clk" in text or ".clk(clk)" in text:
            wanted |= {"clk": ("input", 1, False), "rst": ("input", 1, False)}
        assert declared_ports(text) == wanted, name


@pytest.mark.parametrize("size", SIZES)
def test_every_instance_connects_all_ports_of_its_module(size, emitted):
    modules = emitted[size].modules
    instances = [
        (module, set(re.findall(r"^    \.\\?(\w+) ?\(", connections, re.M)))
        for text in modules.values()
        for module, connections in re.findall(
            r"^  (\w+) \S+ +\(\n((?:    \..*\n)+)  \);$", text, re.M
        )
    ]
    rows, cols = map(int, size.split("x"))
    assert len(instances) >= rows + cols + len(modules) - 3  # all but the top; many of two
    for module, connected in instances:
        assert connected == set(declared_ports(modules[module])), module


@pytest.mark.tool
@pytest.mark.parametrize("size", SIZES)
def test_icarus_has_nothing_to_say_about_the_text(size, emitted, tmp_path):
    (tmp_path / "accelerator.v").write_text(emitted[size].text, encoding="utf-8")
    finished = subprocess.run(
        ["iverilog", "-g2005-sv", "-Wall", "-t", "null", "-s", "accelerator", "accelerator.v"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")


def test_no_place_date_or_generated_name_of_the_tools_is_left(emitted):
    text = emitted["2x2"].text
    for trace in (r"\$auto\$", r"\(\*", r"\.py\b", r"/\w+/", r"\bYosys\b", r"20\d\d-"):
        assert re.search(trace, text) is None, trace


def test_a_memory_starts_as_zeros_in_a_loop():
    text = to_verilog(Ram(width=7, depth=33), "ram")
    assert "    for (i = 0; i < 33; i = i + 1) words[i] = 7'h00;\n" in text
    assert text.count("words[") == 3  # the loop, the write port, the read port
