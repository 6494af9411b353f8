"""Who may import whom: golden and circuits stay apart, and rooms lean one way only."""

import ast
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]

# Room -> what its files may import, besides the standard library and the room itself. The most
# specific room of a file counts. A name covers everything below it.
CIRCUITS = {"amaranth", "numpy", "hwgen.arith", "hwgen.emission", "hwgen.errors", "hwgen.spec"}
PARTS = {"hwgen.array", "hwgen.bus", "hwgen.memory", "hwgen.vector"}
ROOMS = {
    "hwgen.errors": set(),
    "hwgen.interruption": set(),
    "hwgen.output": {"hwgen.errors", "hwgen.interruption"},
    "hwgen.files": {"hwgen.errors"},
    "hwgen.npz": {"numpy", "hwgen.errors", "hwgen.files"},
    "hwgen.progress": {"tqdm"},
    "hwgen.arith": {
        "amaranth",
        "numpy",
        "hwgen.errors",
        "hwgen.files",
        "hwgen.flow.data",
        "hwgen.npz",
    },
    "hwgen.arith.netlist.simplify": {"numpy", "hwgen.arith", "hwgen.output"},
    "hwgen.spec": {"numpy", "hwgen.arith", "hwgen.errors", "hwgen.files"},
    "hwgen.network": {
        "google.protobuf",
        "numpy",
        "onnx",
        "hwgen.arith.operand",
        "hwgen.errors",
        "hwgen.files",
        "hwgen.npz",
    },
    "hwgen.network.data": {
        "PIL",
        "numpy",
        "hwgen.errors",
        "hwgen.files",
        "hwgen.network.graph",
        "hwgen.npz",
    },
    "hwgen.network.quantize": {"numpy", "onnx", "onnxruntime", "hwgen.errors", "hwgen.network"},
    "hwgen.network.digits.train": {
        "numpy",
        "onnx",
        "onnxruntime",
        "sklearn",
        "torch",
        "hwgen.network",
    },
    "hwgen.network.tflite": {"numpy", "tflite", "hwgen.errors", "hwgen.files", "hwgen.network"},
    "hwgen.golden": {"numpy", "hwgen.arith", "hwgen.errors", "hwgen.network", "hwgen.spec"},
    "hwgen.memory": CIRCUITS,
    "hwgen.array": CIRCUITS | {"hwgen.memory"},
    "hwgen.bus": {"amaranth", "hwgen.emission", "hwgen.errors", "hwgen.memory", "hwgen.spec"},
    "hwgen.vector": CIRCUITS | {"hwgen.array", "hwgen.memory"},
    "hwgen.control": CIRCUITS | PARTS,
    "hwgen.accelerator": CIRCUITS | PARTS | {"hwgen.control"},
    "hwgen.emission": {"amaranth", "hwgen.errors", "hwgen.flow"},
    "hwgen.compiler": {
        "numpy",
        "hwgen.arith",
        "hwgen.errors",
        "hwgen.golden.products",  # what mappings mean
        "hwgen.network",
        "hwgen.spec",
    },
    "hwgen.flow": {"cocotb_tools", "platformdirs", "hwgen.errors", "hwgen.progress"},
    "hwgen.cost": {
        "amaranth",
        "numpy",
        "hwgen.arith",
        "hwgen.array.pe",
        "hwgen.emission",
        "hwgen.errors",
        "hwgen.flow",
        "hwgen.network",
        "hwgen.output",
        "hwgen.progress",
        "hwgen.spec",
    },
    "hwgen.cost.array": {
        "amaranth",
        "numpy",
        "hwgen.arith",
        "hwgen.control.layout",
        "hwgen.cost",
        "hwgen.errors",
        "hwgen.memory",
        "hwgen.network.stream",
        "hwgen.spec",
        "hwgen.vector",
    },
    "hwgen.checks": {
        "numpy",
        "hwgen.arith",
        "hwgen.cost",
        "hwgen.errors",
        "hwgen.flow",
        "hwgen.progress",
    },
    "hwgen.exchange": {
        "amaranth",
        "numpy",
        "hwgen.arith",
        "hwgen.emission",
        "hwgen.errors",
        "hwgen.flow",
        "hwgen.verilog",
    },
    "hwgen.kernels": {"numpy", "hwgen.errors"},
    "hwgen.emulation": {
        "numpy",
        "threadpoolctl",
        "hwgen.errors",
        "hwgen.golden",
        "hwgen.kernels.layers",
        "hwgen.network",
        "hwgen.spec",
    },
    "hwgen.evolve": {
        "amaranth",
        "numpy",
        "hwgen.arith",
        "hwgen.cost",
        "hwgen.errors",
        "hwgen.flow",
        "hwgen.kernels",
        "hwgen.network.transitions",
        "hwgen.output",
        "hwgen.progress",
    },
    "hwgen.inspection": {
        "numpy",
        "hwgen.compiler",
        "hwgen.errors",
        "hwgen.golden",
        "hwgen.network",
        "hwgen.spec",
    },
    "hwgen.mapping": {
        "numpy",
        "pymoo",
        "threadpoolctl",
        "hwgen.arith",
        "hwgen.cost.model",
        "hwgen.emulation",
        "hwgen.errors",
        "hwgen.golden",
        "hwgen.network",
        "hwgen.output",
        "hwgen.progress",
        "hwgen.spec",
    },
    "hwgen.evaluation": {
        "numpy",
        "onnx",
        "onnxruntime",
        "hwgen.emulation",
        "hwgen.errors",
        "hwgen.golden",
        "hwgen.mapping.corrections",
        "hwgen.network",
        "hwgen.spec",
    },
    "hwgen.figures": {
        "matplotlib",
        "numpy",
        "hwgen.arith",
        "hwgen.cost",
        "hwgen.errors",
        "hwgen.files",
        "hwgen.mapping.kinds",
        "hwgen.network",
        "hwgen.report.drawing",
        "hwgen.spec",
    },
    "hwgen.report": {
        "matplotlib",
        "numpy",
        "hwgen.arith",
        "hwgen.cost.model",
        "hwgen.errors",
        "hwgen.files",
        "hwgen.mapping",
        "hwgen.network",
        "hwgen.output",
        "hwgen.spec",
    },
    "hwgen.build": {
        "numpy",
        "hwgen.arith.catalogue",
        "hwgen.compiler",
        "hwgen.errors",
        "hwgen.accelerator",
        "hwgen.mapping",
        "hwgen.network",
        "hwgen.npz",
        "hwgen.output",
        "hwgen.report",
        "hwgen.spec",
        "hwgen.verilog",
    },
    "hwgen.simulation": {
        "numpy",
        "hwgen.arith.catalogue",
        "hwgen.build",
        "hwgen.compiler",
        "hwgen.errors",
        "hwgen.flow",
        "hwgen.golden",
        "hwgen.progress",
        "hwgen.spec",
    },
    "hwgen.synthesis": {
        "hwgen.arith",
        "numpy",
        "hwgen.build",
        "hwgen.compiler",
        "hwgen.control.form",
        "hwgen.cost",
        "hwgen.emulation",
        "hwgen.network",
        "hwgen.spec",
        "hwgen.verilog",
    },
    "hwgen.readable": set(),
    "hwgen.verilog": {"hwgen.emission", "hwgen.flow", "hwgen.readable"},
    "hwgen.api": {"numpy", "hwgen"},
    "hwgen.commands": {"numpy", "hwgen"},
    "hwgen.cli": {"hwgen"},
    "hwgen.__main__": {"hwgen.cli"},
    "sim": {
        "cocotb",
        "cocotbext",
        "numpy",
        "hwgen.arith",
        "hwgen.compiler",
        "hwgen.errors",
        "hwgen.golden",
        "hwgen.network",
        "hwgen.spec",
    },
}
COMMAND_LINE = {"hwgen.cli", "hwgen.commands", "hwgen.__main__", "hwgen.api"}


def module_of(path):
    parts = path.relative_to(CHECKOUT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_within(module, room):
    return module == room or module.startswith(f"{room}.")


def room_of(module):
    return max((room for room in ROOMS if is_within(module, room)), key=len, default=None)


def imports_of(path):
    """Every module or name that the file imports, functions' own imports included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_allowed(name, room):
    if name.split(".")[0] in sys.stdlib_module_names or is_within(name, room):
        return True
    if name in ("hwgen", "hwgen.__version__"):  # the version; the package itself holds no code
        return True
    return any(is_within(name, allowed) for allowed in ROOMS[room])


FILES = {
    module_of(path): path
    for top in ("hwgen", "sim")
    for path in sorted((CHECKOUT / top).rglob("*.py"))
}


@pytest.mark.parametrize("module", FILES)
def test_a_file_imports_only_what_its_room_may(module):
    room = room_of(module)
    if room is None:  # a package's own __init__, which names the version
        assert module == "hwgen"
        assert list(imports_of(FILES[module])) == []
        return
    refused = {name for name in imports_of(FILES[module]) if not is_allowed(name, room)}
    assert refused == set()


@pytest.mark.parametrize("module", [m for m in FILES if room_of(m) not in COMMAND_LINE])
def test_nobody_imports_the_command_line(module):
    taken = {x for x in imports_of(FILES[module]) for top in COMMAND_LINE if is_within(x, top)}
    assert taken == set()


@pytest.mark.parametrize("room", ROOMS)
def test_a_rule_speaks_of_something_that_exists(room):
    assert any(is_within(module, room) for module in FILES)


@pytest.mark.parametrize("room", ["boards", "flows", "rtl_templates"])
def test_a_data_room_holds_no_python(room):
    assert sorted((CHECKOUT / room).rglob("*.py")) == []
