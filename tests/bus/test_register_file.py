"""Document, C header and circuit of the register map agree."""

import re
import shutil
import subprocess

import pytest

from hwgen.bus.register_file import RegisterFile
from hwgen.spec.registers import (
    Access,
    accelerator_registers,
    registers_document,
    registers_header,
)

CLOCK = 10e-9  # seconds
REGISTERS = accelerator_registers(digest=0xCAFE_1234, layers=21, address_width=40)


def macros():
    """What the header defines."""
    found = re.findall(r"^#define (\w+) (0x\w+|\d+)u", registers_header(REGISTERS), re.M)
    assert len(dict(found)) == len(found)
    return {name: int(value, 0) for name, value in found}


@pytest.mark.tool
def test_the_circuit_does_what_the_document_says(run_bench, tmp_path):
    document = tmp_path / "registers.md"
    document.write_text(registers_document(REGISTERS), encoding="utf-8")
    (log,) = run_bench(
        RegisterFile(REGISTERS), "bench_register_file", {"document": document, "seed": 1}
    )
    assert log is None, log


@pytest.mark.parametrize("strobes", [0b0000, 0b1110, 0b1111])
def test_bytes_without_a_strobe_do_nothing_whatever_they_hold(strobes, simulate):
    dut = RegisterFile(REGISTERS)
    offsets = {register.name: register.offset for register in REGISTERS.registers}

    async def bench(ctx):
        ctx.set(dut.status_error_set, 5)
        ctx.set(dut.s_axi_bready, 1)
        ctx.set(dut.s_axi_wdata, 0xFFFF_FFFF)
        ctx.set(dut.s_axi_wstrb, strobes)
        await ctx.tick()
        ctx.set(dut.status_error_set, 0)
        for name in ("status", "control"):
            ctx.set(dut.s_axi_awaddr, offsets[name])
            ctx.set(dut.s_axi_awvalid, 1)
            ctx.set(dut.s_axi_wvalid, 1)
            await ctx.tick()
            ctx.set(dut.s_axi_awvalid, 0)
            ctx.set(dut.s_axi_wvalid, 0)
            await ctx.tick().repeat(3)
        written = strobes & 1  # all of their fields are in byte 0
        assert ctx.get(dut.status_error) == (0 if written else 5)
        assert ctx.get(dut.control_start) == written
        assert ctx.get(dut.control_interrupt_enable) == written

    simulate(dut, bench, clock=CLOCK)


@pytest.mark.tool
def test_the_bench_sees_that_the_document_speaks_of_other_registers(run_bench, tmp_path):
    document = tmp_path / "registers.md"
    text = registers_document(REGISTERS).replace("## digest: 0x0008", "## digest: 0x000c")
    document.write_text(text, encoding="utf-8")
    (log,) = run_bench(
        RegisterFile(REGISTERS), "bench_register_file", {"document": document, "seed": 1}
    )
    assert log is not None


def test_the_header_says_what_the_document_says():
    defined = macros()
    document = registers_document(REGISTERS)
    for register, field in REGISTERS.fields():
        name = f"HWGEN_{register.name.upper()}"
        item = f"{name}_{field.name.upper()}"
        (section,) = re.findall(
            rf"^## {register.name}: (0x\w+)\n(.*?)(?=^## )", document, re.M | re.S
        )
        assert int(section[0], 0) == defined[name]
        low, mask = defined[f"{item}_SHIFT"], defined[f"{item}_MASK"]
        high = mask.bit_length() - 1
        assert mask == (2 << high) - (1 << low)
        bits = f"{high}:{low}" if high > low else str(low)
        row = f"| {bits} | {field.name} | {field.access.value} |"
        assert row in section[1]
        if field.access is not Access.READ_ONLY:
            assert f"{row} {defined[f'{item}_RESET']:#x} |" in section[1]
        for value, (code, says) in field.values.items():
            assert defined[f"{item}_{value.upper()}"] == code
            assert f"| {code} | {value} | {says} |" in section[1]


def test_the_header_names_every_word_of_the_window():
    defined = macros()
    (window,) = REGISTERS.windows
    assert defined["HWGEN_LAYERS"] == window.offset
    assert defined["HWGEN_LAYERS_COUNT"] == 21
    assert defined["HWGEN_LAYERS_STRIDE"] == 32
    assert [defined[f"HWGEN_LAYERS_{word.name.upper()}"] for word in window.words] == [
        4 * index for index in range(len(window.words))
    ]


@pytest.mark.tool
def test_the_header_is_plain_c(tmp_path):
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("needs a C compiler")
    (tmp_path / "registers.h").write_text(registers_header(REGISTERS), encoding="utf-8")
    lines = ["#include <stdio.h>", *['#include "registers.h"'] * 2, "int main(void) {"]
    lines += [f'  printf("%u ", {name});' for name in macros()]
    source = tmp_path / "main.c"
    source.write_text("\n".join([*lines, "  return 0;", "}", ""]), encoding="utf-8")
    flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic"]
    subprocess.run([compiler, *flags, source, "-o", tmp_path / "main"], check=True)
    printed = subprocess.run([tmp_path / "main"], check=True, capture_output=True, text=True).stdout
    assert [int(x) for x in printed.split()] == list(macros().values())
