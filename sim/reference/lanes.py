"""The lanes that read activations, as :mod:`hwgen.spec.program` describes them."""

import numpy as np

from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.program import Operation

__all__ = ["Lanes"]


class Lanes:
    """Registers of all lanes."""

    def __init__(self, spec: AcceleratorSpec, fields: dict[str, int]) -> None:
        self.fields = fields
        self.is_dense = fields["operation"] == Operation.DENSE
        self.count = spec.rows if self.is_dense else spec.lanes
        q, ky = 0, 0
        registers = []
        for _ in range(self.count):  # as a counter finds them, lane after lane
            registers.append((q, ky, ky * (fields["wrap"] + fields["wrap_offset"]) + q))
            q += 1
            if q == fields["wrap"] and self.is_dense:
                q, ky = 0, ky + 1
        self.q, self.ky, self.offset = np.array(registers, np.int64).T

    def step(self) -> None:
        """To the next pass of the group."""
        fields = self.fields
        self.q += fields["step_q"]
        self.ky += fields["step_ky"]
        self.offset += fields["step_offset"]
        over = self.q >= fields["wrap"]
        self._wrap(over, 1)

    def back(self) -> None:
        """To the first pass of the next group."""
        fields = self.fields
        self.q += fields["back_q"]
        self.ky += fields["back_ky"]
        self.offset += fields["back_offset"]
        self._wrap(self.q < 0, -1)

    def _wrap(self, which: np.ndarray, sign: int) -> None:
        self.q -= sign * self.fields["wrap"] * which
        self.ky += sign * which
        self.offset += sign * self.fields["wrap_offset"] * which

    def enabled(self, channels: int) -> np.ndarray:
        """Which lanes count, when a group has ``channels``."""
        if not self.is_dense:
            return np.arange(self.count) < channels
        return (self.ky < self.fields["kernel_lines"]) & (self.q < self.fields["segment"])

    def addresses(self, second: bool) -> tuple[np.ndarray, np.ndarray]:
        """Byte addresses ``[positions, lanes]``, and which lie in the tensor."""
        fields = self.fields
        y, x = np.divmod(np.arange(fields["height"] * fields["width"])[:, None], fields["width"])
        suffix = "_1" if second else ""
        base = fields[f"source{suffix}"] + y * fields[f"line_step_bytes{suffix}"]
        base = base + x * fields[f"column_step{suffix}"]
        line = fields["source_line"] + y * fields["line_step"] + self.ky
        byte = fields["source_byte"] + x * fields[f"column_step{suffix}"] + self.q
        inside = (line >= 0) & (line < fields["in_lines"])
        inside &= (byte >= 0) & (byte < fields["line_bytes"])
        return base + self.offset, inside
