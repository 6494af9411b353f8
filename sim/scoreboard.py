"""Judges every code that the accelerator writes."""

import numpy as np

from hwgen.compiler.program import Program

__all__ = ["Mismatch", "Scoreboard"]


class Mismatch(AssertionError):
    """The accelerator and golden differ."""


class Scoreboard:
    """Expects each descriptor to write each code of its piece of a tensor exactly once.

    Parameters
    ----------
    program : Program
    tensors : dict of str to uint8[height, width, channels]
        What golden says, by tensor name.

    Attributes
    ----------
    codes, complete : int
        Codes that agreed so far, and tensors of which every code did.
    """

    def __init__(self, program: Program, tensors) -> None:
        self.program = program
        self.tensors = tensors
        self.codes = 0
        self.complete = 0
        self._open(0)

    def write(self, descriptor: int, address: int, code: int) -> None:
        """A code was written while ``descriptor`` was executed."""
        while self._descriptor < descriptor:
            self.close()
            self._open(self._descriptor + 1)
        offset = address - self._base
        if not 0 <= offset < len(self._expected):
            raise Mismatch(
                f"layer {self._step.layer} wrote to byte {address}, outside its piece of "
                f"{len(self._expected)} bytes at {self._base}"
            )
        if self._written[offset]:
            raise Mismatch(f"{self._place(offset)} was written twice")
        if code != self._expected[offset]:
            raise Mismatch(f"{self._place(offset)} is {code}, golden says {self._expected[offset]}")
        self._written[offset] = True
        self.codes += 1

    def finish(self) -> None:
        """The program ended: everything must have been written."""
        self.close()
        if self._descriptor != len(self.program.steps) - 1:
            raise Mismatch(
                f"the program ended after descriptor {self._descriptor} "
                f"of {len(self.program.steps) - 1}"
            )

    def close(self) -> None:
        """The current descriptor is done."""
        missing = np.flatnonzero(~self._written)
        if missing.size:
            raise Mismatch(f"{self._place(int(missing[0]))} was not written")
        layer = self._step.layer
        following = self.program.steps[self._descriptor + 1 :]
        self.complete += all(step.layer != layer for step in following)

    def _open(self, descriptor: int) -> None:
        if descriptor >= len(self.program.steps):
            raise Mismatch(f"descriptor {descriptor} is beyond the end of the program")
        self._descriptor = descriptor
        self._step = step = self.program.steps[descriptor]
        placement = self.program.placements[step.layer]
        _, width, channels = placement.shape
        line = width * channels
        self._base = placement.address + step.first_line * line
        tensor = np.asarray(self.tensors[step.layer]).reshape(-1)
        first = step.first_line * line
        self._expected = tensor[first : first + step.lines * line].tolist()
        self._written = np.zeros(len(self._expected), dtype=bool)

    def _place(self, offset: int) -> str:
        _, width, channels = self.program.placements[self._step.layer].shape
        line, rest = divmod(offset, width * channels)
        x, channel = divmod(rest, channels)
        return f"layer {self._step.layer} code [{self._step.first_line + line}, {x}, {channel}]"
