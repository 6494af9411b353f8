"""NEON gives what the definition gives: cross-compiled, in an emulator, where these exist."""

import ctypes
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest

from hwgen.kernels.layers import native
from hwgen.kernels.layers.lookup import Lookup, lookup_paths
from hwgen.kernels.layers.steps import requantize
from tests.kernels.layers.lookup_cases import SHAPES, TABLES, case

FOLDER = Path(__file__).resolve().parent
KERNELS = FOLDER.parents[2] / "hwgen" / "kernels" / "layers"
SOURCES = ("lookup.c", "plane.c", "sets.c", "workspace.c")
COMPILER, EMULATOR = "aarch64-linux-gnu-gcc", "qemu-aarch64-static"

pytestmark = [
    pytest.mark.tool,
    pytest.mark.skipif(shutil.which(COMPILER) is None, reason=f"needs {COMPILER}"),
    pytest.mark.skipif(shutil.which(EMULATOR) is None, reason=f"needs {EMULATOR}"),
    pytest.mark.skipif("portable" not in lookup_paths(), reason="needs the compiled kernels"),
]


@pytest.fixture(scope="module")
def runner(tmp_path_factory):
    program = tmp_path_factory.mktemp("neon") / "runner"
    sources = [FOLDER / "lookup_runner.c", *(KERNELS / name for name in SOURCES)]
    options = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-static"]
    subprocess.run([COMPILER, *options, "-o", program, *sources], check=True)
    return program


def pointers(structure, where, arrays, first):
    """Blob, byte and target of each pointer of a structure."""
    numbers = {array.ctypes.data: first + i for i, array in enumerate(arrays)}
    return [
        (where, getattr(type(structure), name).offset, numbers[getattr(structure, name)])
        for name, kind in structure._fields_
        if kind is ctypes.c_void_p
    ]


def packed(lookup, codes, is_codes, size):
    """What lookup_runner.c reads."""
    raw, output, arrays = lookup._raw, lookup._raw_output, lookup._kept
    blobs = [bytes(raw), bytes(output), codes.tobytes(), *(x.tobytes() for x in arrays)]
    found = pointers(raw, 0, arrays, 3) + pointers(output, 1, arrays, 3)
    numbers = (native.index("neon"), len(codes), size, is_codes, len(blobs), len(found))
    parts = [struct.pack("<6q", *numbers)]
    parts += [struct.pack("<q", len(blob)) + blob for blob in blobs]
    return b"".join(parts + [struct.pack("<3q", *pointer) for pointer in found])


def run(runner, lookup, codes, is_codes):
    kind = np.dtype(np.uint8 if is_codes else np.int32)
    shape = (len(codes), *lookup.geometry.out_shape)
    data = packed(lookup, codes, is_codes, int(np.prod(shape)) * kind.itemsize)
    done = subprocess.run([EMULATOR, runner], input=data, capture_output=True, check=True)
    return np.frombuffer(done.stdout, kind).reshape(shape)


@pytest.mark.parametrize("limits", TABLES)
@pytest.mark.parametrize("shape", SHAPES)
def test_neon_gives_the_sums_of_the_definition(runner, shape, limits):
    layer, codes, sums = case(shape, limits)
    lookup = Lookup(**layer, path="portable")
    assert np.array_equal(run(runner, lookup, codes, False), sums)
    assert np.array_equal(run(runner, lookup, codes, True), requantize(sums, lookup.output))
