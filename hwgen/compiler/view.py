"""Where tensors lie in the activation banks."""

from dataclasses import dataclass, replace

from hwgen.network.graph import Shape

__all__ = ["View", "line_pitch"]


@dataclass(frozen=True, kw_only=True)
class View:
    """Lines of a tensor in the banks, which may be a part of another tensor.

    Parameters
    ----------
    address : int
        Byte of code ``[first_line, 0, 0]``.
    first_line, lines : int
        Which lines of the tensor are there.
    width, channels : int
        Of the tensor.
    pitch, column : int
        Bytes from line to line, and from column to column.
    """

    address: int
    first_line: int = 0
    lines: int
    width: int
    channels: int
    pitch: int
    column: int

    def at(self, line: int, column: int = 0) -> int:
        """Byte address of a position, which may lie outside."""
        return self.address + (line - self.first_line) * self.pitch + column * self.column

    def box(self, start: tuple[int, int, int], shape: Shape) -> "View":
        """The box of ``shape`` from line, column and channel ``start`` on, as a tensor."""
        line, column, channel = start
        height, width, channels = shape
        return replace(
            self,
            address=self.at(line, column) + channel,
            first_line=0,
            lines=height,
            width=width,
            channels=channels,
        )

    def some_channels(self, first: int, count: int) -> "View":
        """The same lines of ``count`` channels from ``first`` on."""
        return replace(self, address=self.address + first, channels=count)


def line_pitch(line_bytes: int, segment: int | None, banks: int) -> int:
    """Bytes from line to line of a tensor.

    Where kernel lines of ``segment`` bytes are to lie on consecutive banks it is the next
    number from ``line_bytes`` on that equals ``segment`` modulo ``banks``: then the taps of a
    window, in kernel line, column and channel order, lie on banks one after the other, across
    kernel lines, too.
    """
    return line_bytes if segment is None else line_bytes + (segment - line_bytes) % banks
