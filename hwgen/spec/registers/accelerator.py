"""The accelerator's register map: defined here and nowhere else."""

import hashlib
from dataclasses import replace
from enum import IntEnum

from hwgen import __version__
from hwgen.errors import check_range
from hwgen.spec.registers.model import Access, Field, Register, RegisterMap, Window, Word

__all__ = ["CAUSES", "IDENTIFICATION", "ErrorCode", "accelerator_registers", "spec_digest"]

IDENTIFICATION = int.from_bytes(b"HWGN")

CAUSES = {
    "streaming": "a position of a multiplication entered the array",
    "weight_wait": "the array waited for weights",
    "drain": "the pipeline drained before the next layer",
    "pooling": "a position of a pooling or an addition was read",
    "memory_wait": "activations were loaded or stored, or descriptors awaited",
}
"""What a cycle was spent on: exactly one of these for each cycle of a run."""


class ErrorCode(IntEnum):
    """Why the accelerator stopped; the lowest one counts when several come at once."""

    NONE = 0
    BAD_DESCRIPTOR = 1
    ADDRESS_RANGE = 2
    READ_RESPONSE = 3
    WRITE_RESPONSE = 4
    WEIGHTS_EXHAUSTED = 5
    PARAMETERS_EXHAUSTED = 6


_MEANINGS = {
    ErrorCode.NONE: "no error",
    ErrorCode.BAD_DESCRIPTOR: "a descriptor asks for what does not exist",
    ErrorCode.ADDRESS_RANGE: "a descriptor leaves the activation memory or the address space",
    ErrorCode.READ_RESPONSE: "memory answered a read with an error",
    ErrorCode.WRITE_RESPONSE: "memory answered a write with an error",
    ErrorCode.WEIGHTS_EXHAUSTED: "a layer takes more weights than its descriptor names",
    ErrorCode.PARAMETERS_EXHAUSTED: "a layer takes more parameters than its descriptor names",
}


def accelerator_registers(*, digest: int, layers: int, address_width: int = 32) -> RegisterMap:
    """Registers of an accelerator.

    Parameters
    ----------
    digest : int
        Of the spec: see :func:`spec_digest`.
    layers : int
        Descriptors that have counters of their own: 1 to 4096.
    address_width : int
        Bits of a memory address: 32 to 64.
    """
    check_range("register map", "layers", layers, 1, 4096)
    check_range("register map", "address_width", address_width, 32, 64)
    counters = [("cycles", "cycles of this descriptor")]
    counters += [(name, f"of these: {meaning}") for name, meaning in CAUSES.items()]
    window = Window(
        name="layers",
        description="Counters of each descriptor of the last run, in the order of execution.",
        offset=0,
        entries=layers,
        words=tuple(Word(name=name, description=meaning) for name, meaning in counters),
    )
    registers = (
        *_identification(digest),
        *_control(),
        *_descriptor(address_width),
        *_counters(),
    )
    window = replace(window, offset=max(window.size, 0x100))  # offsets are multiples of sizes
    return RegisterMap(name="hwgen", registers=registers, windows=(window,))


def spec_digest(text: str) -> int:
    """Number of 32 bits that tells specs apart: the start of the SHA-256 of their text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def _identification(digest: int) -> tuple[Register, ...]:
    major, minor, patch = (int(part) for part in __version__.split(".")[:3])
    version = (("patch", patch, 0), ("minor", minor, 8), ("major", major, 16))
    return (
        _whole("identification", 0x00, Access.CONSTANT, 'The letters "HWGN".', IDENTIFICATION),
        Register(
            name="version",
            description="Version of hwgen that made the accelerator.",
            offset=0x04,
            fields=tuple(
                Field(
                    name=name,
                    description=f"{name.capitalize()} version.",
                    low=low,
                    width=8,
                    access=Access.CONSTANT,
                    reset=number,
                )
                for name, number, low in version
            ),
        ),
        _whole(
            "digest",
            0x08,
            Access.CONSTANT,
            "Digest of the accelerator's spec: a program states the one that it was compiled for.",
            digest,
        ),
    )


def _control() -> tuple[Register, ...]:
    control = (
        Field(
            name="start",
            description="Execute descriptors from DESCRIPTOR on. Reads as 1 until that begins; "
            "ignored while busy.",
            low=0,
            access=Access.SET,
        ),
        Field(
            name="reset",
            description="Stop at once and forget everything but these registers. Reads as 1 "
            "until all transfers under way on the memory port have ended.",
            low=1,
            access=Access.SET,
        ),
        Field(
            name="interrupt_enable",
            description="Interrupt while done or error is not 0.",
            low=2,
            access=Access.READ_WRITE,
        ),
    )
    status = (
        Field(name="busy", description="Executing.", low=0, access=Access.READ_ONLY),
        Field(
            name="done",
            description="The last descriptor was executed, and all its results are in memory.",
            low=1,
            access=Access.CLEAR,
        ),
        Field(
            name="error",
            description="Why execution stopped early. It may be started again at once.",
            low=4,
            width=4,
            access=Access.CLEAR,
            values={code.name.lower(): (code.value, _MEANINGS[code]) for code in ErrorCode},
        ),
    )
    return (
        Register(name="control", description="Commands.", offset=0x10, fields=control),
        Register(name="status", description="What became of them.", offset=0x14, fields=status),
        _whole(
            "position",
            0x18,
            Access.READ_ONLY,
            "Number of the descriptor that is executed; after an error, of the one that failed.",
        ),
    )


def _descriptor(address_width: int) -> tuple[Register, ...]:
    high = Field(
        name="address",
        description="Bits 32 and up.",
        low=0,
        width=max(1, address_width - 32),
        access=Access.READ_WRITE,
    )
    return (
        Register(
            name="descriptor_low",
            description="Where the first descriptor lies in memory.",
            offset=0x20,
            fields=(
                Field(
                    name="address",
                    description="Bits 0 to 31 of its byte address.",
                    low=0,
                    width=32,
                    access=Access.READ_WRITE,
                ),
            ),
        ),
        Register(
            name="descriptor_high",
            description="The rest of its address.",
            offset=0x24,
            fields=(high,) if address_width > 32 else (),
        ),
    )


def _counters() -> tuple[Register, ...]:
    stated = "Of the last run; while busy, so far."
    return (
        _whole("cycles_low", 0x30, Access.READ_ONLY, f"Cycles, bits 0 to 31. {stated}"),
        _whole("cycles_high", 0x34, Access.READ_ONLY, f"Cycles, bits 32 to 63. {stated}"),
        *(
            _whole(
                f"{name}_cycles",
                0x40 + 4 * number,
                Access.READ_ONLY,
                f"Cycles in which {meaning}. {stated}",
            )
            for number, (name, meaning) in enumerate(CAUSES.items())
        ),
    )


def _whole(name: str, offset: int, access: Access, description: str, reset: int = 0) -> Register:
    """A register that is one field."""
    field = Field(
        name="value", description=description, low=0, width=32, access=access, reset=reset
    )
    return Register(name=name, description=description, offset=offset, fields=(field,))
