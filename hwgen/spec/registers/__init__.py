"""The registers that a driver sees: their map, its document, its C header."""

from hwgen.spec.registers.accelerator import ErrorCode, accelerator_registers, spec_digest
from hwgen.spec.registers.document import registers_document
from hwgen.spec.registers.header import registers_header
from hwgen.spec.registers.model import Access, Field, Register, RegisterMap, Window, Word

__all__ = [
    "Access",
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
