"""The accelerator's register map: defined here and nowhere else."""

import hashlib
from dataclasses import replace

from hwgen import __version__
from hwgen.errors import check_range
from hwgen.spec.registers.errors import MEANINGS, ErrorCode
from hwgen.spec.registers.model import (
    Access,
    Constant,
    Field,
    Register,
    RegisterMap,
    Window,
    Word,
)

__all__ = ["CAUSES", "IDENTIFICATION", "accelerator_registers", "spec_digest"]

IDENTIFICATION = int.from_bytes(b"HWGN")

CAUSES = {
    "streaming": "positions of a multiplication entered the array, or waited for requantizers",
    "weight_wait": "the array waited for weights",
    "drain": "the pipeline drained, or the next pass waited for what is in it",
    "pooling": "positions of a pooling or an addition were read, or waited for requantizers",
    "memory_wait": "activations were loaded or stored, or a descriptor was awaited or prepared",
}
"""What a cycle was spent on: exactly one of these for each cycle of a run."""


def accelerator_registers(
    *,
    digest: int,
    layers: int,
    address_width: int = 32,
    constants: tuple[Constant, ...] = (),
    use: str = "",
) -> RegisterMap:
    """Registers of an accelerator.

    Parameters
    ----------
    digest : int
        Of the spec: see :func:`spec_digest`.
    layers : int
        Descriptors that have counters of their own: 1 to 4096.
    address_width : int
        Bits of a memory address: 32 to 64.
    constants, use
        See :class:`~hwgen.spec.registers.model.RegisterMap`.
    """
    check_range("register map", "layers", layers, 1, 4096)
    check_range("register map", "address_width", address_width, 32, 64)
    counters = [("cycles", "cycles of this descriptor")]
    counters += [(name, f"of these: {meaning}") for name, meaning in CAUSES.items()]
    window = Window(
        name="layers",
        description="Counters of each descriptor that ended in the last run, in the order of "
        "execution; they stay at 0xffffffff once they get there. Entries behind those "
        "descriptors are of earlier runs or undefined.",
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
    return RegisterMap(
        name="hwgen", registers=registers, windows=(window,), constants=constants, use=use
    )


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
            "Digest of the accelerator's spec: each descriptor of its programs begins with it.",
            digest,
        ),
    )


def _control() -> tuple[Register, ...]:
    control = (
        Field(
            name="start",
            description="Clear STATUS and execute descriptors from DESCRIPTOR on, which may be "
            "written anew at once. Reads as 1 until that begins; ignored while busy, and beside "
            "reset.",
            low=0,
            access=Access.SET,
        ),
        Field(
            name="reset",
            description="Stop and forget everything but these registers. Reads as 1 until all "
            "transfers under way on the memory port, and the pass under way in the array, have "
            "ended.",
            low=1,
            access=Access.SET,
        ),
        Field(
            name="interrupt_enable",
            description="The wire `interrupt` is 1 while this bit is 1 and done or error is not 0.",
            low=2,
            access=Access.READ_WRITE,
        ),
    )
    status = (
        Field(
            name="busy",
            description="Executing, or stopping.",
            low=0,
            access=Access.READ_ONLY,
        ),
        Field(
            name="done",
            description="The last descriptor was executed, and all results are in memory.",
            low=1,
            access=Access.CLEAR,
        ),
        Field(
            name="error",
            description="Why execution stopped early: the first error that was found, and of "
            "several in the same cycle the lowest code. Everything was stopped as by reset; it "
            "may be started again at once.",
            low=4,
            width=4,
            access=Access.CLEAR,
            values={code.name.lower(): (code.value, MEANINGS[code]) for code in ErrorCode},
        ),
    )
    return (
        Register(name="control", description="Commands.", offset=0x10, fields=control),
        Register(name="status", description="What became of them.", offset=0x14, fields=status),
        _whole(
            "position",
            0x18,
            Access.READ_ONLY,
            "Number of the descriptor that is executed, the first one being 0; after done, of the "
            "one that ends the program; after an error, of the one that failed. Descriptors, "
            "parameters and weights are read one descriptor ahead: errors 1 to 3 may be of the "
            "next one.",
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
            description="Where the first descriptor lies in memory: a multiple of "
            "IMAGE_ALIGNMENT. Read at a start.",
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
            description="Bits 32 and up of its address; where it has none, nothing can be written.",
            offset=0x24,
            fields=(high,) if address_width > 32 else (),
        ),
    )


def _counters() -> tuple[Register, ...]:
    stated = "Of the last run; while busy, so far."
    saturates = "It stays at 0xffffffff once it gets there."
    return (
        _whole("cycles_low", 0x30, Access.READ_ONLY, f"Cycles busy, bits 0 to 31. {stated}"),
        _whole(
            "cycles_high",
            0x34,
            Access.READ_ONLY,
            f"Cycles busy, bits 32 to 63. {stated} Both belong together if this register reads the "
            "same before and after CYCLES_LOW.",
        ),
        *(
            _whole(
                f"{name}_cycles",
                0x40 + 4 * number,
                Access.READ_ONLY,
                f"Cycles in which {meaning}. {stated} {saturates}",
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
