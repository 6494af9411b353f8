"""What a register map is made of."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as member
from enum import Enum
from types import MappingProxyType

from hwgen.errors import SpecError, check_range

__all__ = [
    "REGISTER_BYTES",
    "Access",
    "Constant",
    "Field",
    "Register",
    "RegisterMap",
    "Window",
    "Word",
]

REGISTER_BYTES = 4


class Access(Enum):
    """Who changes a field, and how."""

    READ_WRITE = "rw"
    """Software writes it; it reads back."""
    READ_ONLY = "ro"
    """The circuit drives it."""
    CONSTANT = "constant"
    """It always reads as its reset value."""
    SET = "w1s"
    """Writing 1 sets a bit, which the circuit clears; writing 0 does nothing."""
    CLEAR = "w1c"
    """It keeps the first value other than 0 that the circuit gives it, until 1 is written to any
    of its bits or the circuit clears it."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """Bits ``low`` to ``low + width - 1`` of a register.

    Parameters
    ----------
    name, description : str
    low, width, reset : int
    access : Access
    values : mapping of str to (int, str), optional
        Names of its values, and what each one says.
    """

    name: str
    description: str
    low: int
    width: int = 1
    access: Access
    reset: int = 0
    values: Mapping[str, tuple[int, str]] = member(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        _check_name("field", self.name)
        check_range(f"field {self.name}", "low", self.low, 0, 31)
        check_range(f"field {self.name}", "width", self.width, 1, 32 - self.low)
        check_range(f"field {self.name}", "reset", self.reset, 0, (1 << self.width) - 1)
        for name, (value, _) in self.values.items():
            _check_name(f"value of field {self.name}", name)
            check_range(f"field {self.name}", name, value, 0, (1 << self.width) - 1)
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    @property
    def mask(self) -> int:
        """Ones in the field's bits of its register."""
        return ((1 << self.width) - 1) << self.low

    @property
    def is_written(self) -> bool:
        """Whether writing to it has an effect."""
        return self.access not in (Access.READ_ONLY, Access.CONSTANT)


@dataclass(frozen=True, kw_only=True)
class Register:
    """32 bits at byte ``offset``. Bits of no field read as 0 and ignore writes."""

    name: str
    description: str
    offset: int
    fields: tuple[Field, ...]

    def __post_init__(self) -> None:
        _check_name("register", self.name)
        names = [field.name for field in self.fields]
        if len(set(names)) != len(names):
            raise SpecError(f"register {self.name} fields must have different names, not {names}")
        used = 0
        for field in self.fields:
            if used & field.mask:
                raise SpecError(
                    f"register {self.name} fields must not overlap, "
                    f"but {field.name} does at bit {field.low}"
                )
            used |= field.mask

    @property
    def size(self) -> int:
        """Bytes."""
        return REGISTER_BYTES


@dataclass(frozen=True, kw_only=True)
class Constant:
    """A number that a driver needs beside the registers."""

    name: str
    description: str
    value: int

    def __post_init__(self) -> None:
        _check_name("constant", self.name)
        check_range("constant", self.name, self.value, 0, (1 << 32) - 1)


@dataclass(frozen=True, kw_only=True)
class Word:
    """One word of each entry of a window."""

    name: str
    description: str


@dataclass(frozen=True, kw_only=True)
class Window:
    """A memory of the circuit that software reads: ``entries`` of the same ``words``.

    Entries begin at multiples of a power of two of words from the window's offset on.
    """

    name: str
    description: str
    offset: int
    entries: int
    words: tuple[Word, ...]

    def __post_init__(self) -> None:
        _check_name("window", self.name)
        check_range(f"window {self.name}", "entries", self.entries, 1, 1 << 16)
        check_range(f"window {self.name}", "words", len(self.words), 1, 64)
        for word in self.words:
            _check_name(f"word of window {self.name}", word.name)

    @property
    def stride_words(self) -> int:
        """Words from one entry to the next."""
        return 1 << (len(self.words) - 1).bit_length()

    @property
    def depth(self) -> int:
        """Words of all entries."""
        return self.entries * self.stride_words

    @property
    def size(self) -> int:
        """Bytes that are decoded: those of all entries, rounded up to a power of two."""
        return REGISTER_BYTES << (self.depth - 1).bit_length()


@dataclass(frozen=True, kw_only=True)
class RegisterMap:
    """All that software sees at the accelerator's base address.

    Parameters
    ----------
    name : str
        Prefix of names in C.
    registers : tuple of Register
    windows : tuple of Window
    constants : tuple of Constant
        Of no register.
    use : str
        For the document: how software uses all that, in Markdown.
    """

    name: str
    registers: tuple[Register, ...]
    windows: tuple[Window, ...] = ()
    constants: tuple[Constant, ...] = ()
    use: str = ""

    def __post_init__(self) -> None:
        _check_name("register map", self.name)
        names = [part.name for part in (*self.parts, *self.constants)]
        if len(set(names)) != len(names):
            raise SpecError(f"register map {self.name} names must differ, not {names}")
        end, before = 0, ""
        for part in sorted(self.parts, key=lambda part: part.offset):
            check_range(part.name, "offset", part.offset, 0, (1 << 24) - 1)
            if part.offset % part.size:
                raise SpecError(
                    f"{part.name} offset must be a multiple of {part.size}, not {part.offset:#x}"
                )
            if part.offset < end:
                raise SpecError(f"{part.name} at {part.offset:#x} must not overlap {before}")
            end, before = part.offset + part.size, part.name

    def __str__(self) -> str:
        return f"{self.name}, {self.size} bytes"

    @property
    def parts(self) -> tuple[Register | Window, ...]:
        """Registers, then windows."""
        return (*self.registers, *self.windows)

    @property
    def size(self) -> int:
        """Bytes of the address space: a power of two."""
        end = max((part.offset + part.size for part in self.parts), default=0)
        return 1 << (max(8, end) - 1).bit_length()

    @property
    def address_width(self) -> int:
        """Bits of a byte address."""
        return self.size.bit_length() - 1

    def fields(self) -> Iterator[tuple[Register, Field]]:
        """Every field with its register."""
        return ((register, field) for register in self.registers for field in register.fields)


def _check_name(subject: str, name: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise SpecError(f"{subject} name must be lower-case words joined by _, not {name!r}")
