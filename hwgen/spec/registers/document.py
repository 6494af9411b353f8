"""The register map as a document."""

from collections.abc import Sequence

from hwgen.spec.registers.model import Access, Field, Register, RegisterMap, Window

__all__ = ["registers_document"]

_ACCESS = {
    Access.READ_WRITE: "software writes it, and it reads back",
    Access.READ_ONLY: "the circuit drives it",
    Access.CONSTANT: "always reads as its reset value",
    Access.SET: "writing 1 sets a bit, which the circuit clears",
    Access.CLEAR: "keeps its first value other than 0 until 1 is written to any of its bits, or "
    "the circuit clears it",
}


def registers_document(registers: RegisterMap) -> str:
    """Markdown text that says all that a driver's author needs."""
    parts = [_introduction(registers)]
    if registers.use:
        parts += [registers.use]
    if registers.constants:
        rows = [(x.name, _number(x.value), x.description) for x in registers.constants]
        parts += ["## Constants", _table(("Name", "Value", "Meaning"), rows)]
    parts += ["## Addresses", _overview(registers)]
    parts += [_register(register) for register in registers.registers]
    parts += [_window(window) for window in registers.windows]
    return "\n\n".join(parts) + "\n"


def _introduction(registers: RegisterMap) -> str:
    text = (
        f"An AXI4-Lite slave of {registers.size} bytes. Registers are 32 bits wide. Bits 0 and 1 "
        "of an address do not count; of a write, only bytes whose strobe is 1 do. Bits of no "
        "field read as 0 and ignore writes. Reading an address that is not listed is answered "
        "with SLVERR and 0; writing one that is not, or where nothing can be written, with "
        "SLVERR, and has no effect. A write is answered 2 cycles after its address and data were "
        "taken, a read 2 cycles after its address was; one of each is under way at a time."
    )
    lines = [
        f"# Registers of {registers.name}",
        "",
        text,
        "",
        "Access:",
        "",
        *(f"- **{access.value}**: {meaning}" for access, meaning in _ACCESS.items()),
    ]
    return "\n".join(lines)


def _overview(registers: RegisterMap) -> str:
    rows = [(f"{part.offset:#06x}", part.name, part.description) for part in registers.parts]
    return _table(("Offset", "Name", "Meaning"), rows)


def _register(register: Register) -> str:
    lines = [f"## {register.name}: {register.offset:#06x}", "", register.description]
    if register.fields:
        rows = [
            (_bits(field), field.name, field.access.value, _reset(field), field.description)
            for field in register.fields
        ]
        lines += ["", _table(("Bits", "Field", "Access", "Reset", "Meaning"), rows)]
    for field in register.fields:
        if field.values:
            named = [(str(value), name, says) for name, (value, says) in field.values.items()]
            lines += ["", f"Values of {field.name}:", "", _table(("Value", "Name", "Says"), named)]
    return "\n".join(lines)


def _window(window: Window) -> str:
    stride = 4 * window.stride_words
    rows = [
        (f"{4 * index:#06x}", word.name, word.description)
        for index, word in enumerate(window.words)
    ]
    text = (
        f"{window.description} {window.entries} entries, read only; entry `i` begins at "
        f"{window.offset:#06x} + {stride:#x} * `i`."
    )
    lines = [
        f"## {window.name}: {window.offset:#06x}",
        "",
        text,
        "",
        _table(("Offset", "Word", "Meaning"), rows),
    ]
    return "\n".join(lines)


def _number(value: int) -> str:
    return str(value) if value < 1 << 16 else f"{value:#010x}"


def _bits(field: Field) -> str:
    high = field.low + field.width - 1
    return f"{high}:{field.low}" if field.width > 1 else str(field.low)


def _reset(field: Field) -> str:
    return "" if field.access is Access.READ_ONLY else f"{field.reset:#x}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
