"""The registers that a driver sees: their map, its document, its C header."""

from hwgen.spec.registers.accelerator import accelerator_registers, spec_digest
from hwgen.spec.registers.document import registers_document
from hwgen.spec.registers.errors import ErrorCode
from hwgen.spec.registers.header import registers_header
from hwgen.spec.registers.model import (
    Access,
    Constant,
    Field,
    Register,
    RegisterMap,
    Window,
    Word,
)

__all__ = [
    "Access",
    "Constant",
    "ErrorCode",
    "Field",
    "Register",
    "RegisterMap",
    "Window",
    "Word",
    "accelerator_registers",
    "registers_document",
    "registers_header",
    "spec_digest",
]
