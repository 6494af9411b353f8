"""A small accelerator in Verilog, with a driver that knows it by its C header alone."""

import json
import re
import shutil
import subprocess

import numpy as np
import pytest

from hwgen.compiler.compile import compile_network
from hwgen.flow.simulator import run_benches
from hwgen.golden import exact_mapping, run
from hwgen.spec.registers.of_spec import register_files
from tests.accelerator.simulated import build
from tests.random_network import random_network

__all__ = ["Hosted", "compiled_macros"]

PREFIX = "HWGEN_"


class Hosted:
    """An accelerator with a program and what benches need of both."""

    def __init__(self, spec, folder, seed=3):
        self.folder = folder
        self.compiled = build(spec, folder)
        rng = np.random.default_rng(seed)
        network = random_network(rng, "single")
        mapping = exact_mapping(network)
        self.program = compile_network(network, mapping, spec)
        image = rng.integers(0, 256, network.input_shape).astype(np.uint8)
        result = run(network, image[None], mapping)[self.program.output][0]
        np.savez(folder / "expected.npz", image=image, result=result)
        (folder / "program.json").write_text(self.program.to_json())
        macros = compiled_macros(register_files(spec)["registers.h"], folder)
        (folder / "macros.json").write_text(json.dumps(macros))

    def run(self, bench, name, **environment):
        """Run a bench; its log where it fails, else None."""
        environment = {"HWGEN_JOB": str(self.folder)} | {
            key if key.isupper() else f"HWGEN_{key.upper()}": str(value)
            for key, value in environment.items()
        }
        runs = self.folder / name
        (passed,) = run_benches(bench, self.compiled, runs, [environment], top="accelerator")
        if passed:
            return None
        log = (runs / "run0" / "sim.log").read_text()
        return "\n".join(log.splitlines()[-60:])


def compiled_macros(header, folder):
    """What a C program that includes the header finds in it, names without their prefix."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("needs a C compiler")
    names = re.findall(rf"^#define {PREFIX}(\w+) ", header, re.M)
    (folder / "registers.h").write_text(header, encoding="utf-8")
    lines = ["#include <stdio.h>", '#include "registers.h"', "int main(void) {"]
    lines += [f'  printf("{name} %lu\\n", (unsigned long){PREFIX}{name});' for name in names]
    source = folder / "driver.c"
    source.write_text("\n".join([*lines, "  return 0;", "}", ""]), encoding="utf-8")
    flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic"]
    subprocess.run([compiler, *flags, source, "-o", folder / "driver"], check=True)
    printed = subprocess.run([folder / "driver"], check=True, capture_output=True, text=True)
    found = (line.split() for line in printed.stdout.splitlines())
    return {name: int(value) for name, value in found}
