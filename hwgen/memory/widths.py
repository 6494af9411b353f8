"""Bits of what the address generators count."""

from amaranth.hdl import signed

__all__ = ["BYTE", "KERNEL_LINES", "LINE", "LINE_BYTES", "SIZE", "SPACING"]

SIZE = 16  # lines, and positions of a line
LINE = signed(SIZE + 2)  # a line of a tensor or above it, padding included
LINE_BYTES = 20  # bytes of a line
BYTE = signed(LINE_BYTES + 2)  # a byte of a line or before it, padding included
KERNEL_LINES = 9  # lines of a kernel, plus as many as a lane may step beyond it
SPACING = 7  # cycles per position
