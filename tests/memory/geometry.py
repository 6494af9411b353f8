"""Layers for benches of the address generators: their constants, and what lanes must read.

The constants follow :mod:`hwgen.spec.program`; what is read is plain im2col.
"""

from dataclasses import dataclass

import numpy as np

__all__ = ["Geometry", "draw"]


@dataclass(frozen=True, kw_only=True)
class Geometry:
    """A window layer of a tensor that lies at ``address`` in the banks.

    ``kind`` is ``dense``: all taps, ``rows`` per pass; ``lines``: the same, but every kernel
    line starts a pass of its own; ``channel``: one tap per pass, a channel per lane, ``group``
    channels at once.
    """

    kind: str
    height: int
    width: int
    channels: int
    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]
    out: tuple[int, int]
    rows: int
    lanes: int
    banks: int
    address: int
    group: int
    fill: int

    @property
    def segment(self):
        return self.kernel[1] * self.channels

    @property
    def pitch(self):
        line = self.width * self.channels
        return line + (self.segment - line) % self.banks if self.kind == "dense" else line

    @property
    def wrap(self):
        return -(-self.segment // self.rows) * self.rows if self.kind == "lines" else self.segment

    @property
    def passes(self):
        """Of one group."""
        if self.kind == "channel":
            return self.kernel[0] * self.kernel[1]
        return -(-self.kernel[0] * self.wrap // self.rows)

    @property
    def groups(self):
        return -(-self.channels // self.group) if self.kind == "channel" else 2

    def fields(self):
        """Ports that are constant in the layer."""
        return {
            "height": self.out[0],
            "width": self.out[1],
            "column_step": self.stride[1] * self.channels,
            "line_step": self.stride[0],
            "line_step_bytes": self.stride[0] * self.pitch,
            "in_lines": self.height,
            "line_bytes": self.width * self.channels,
            "kernel_lines": self.kernel[0],
            "segment": self.segment,
            "wrap": self.wrap,
            "wrap_offset": self.pitch - self.wrap,
            "padding": self.fill,
        }

    def origin(self):
        """Ports that say where position (0, 0) reads."""
        top, left = self.padding
        return {
            "origin_address": self.address - top * self.pitch - left * self.channels,
            "origin_line": -top,
            "origin_byte": -left * self.channels,
        }

    def step(self, index):
        """Ports that say how lanes step to pass ``index`` of all groups' passes."""
        within = index % self.passes
        if self.kind == "channel":
            across = (self.kernel[1] - 1) * self.channels
            down = self.kernel[0] - 1
            forth = (self.channels, 0)
            back = (self.group - across, -down)
        else:
            forth = (self.rows % self.wrap, self.rows // self.wrap)
            taps = self.rows * (self.passes - 1)
            back = (-(taps % self.wrap), -(taps // self.wrap))
        q, ky = forth if within else back
        offset = q + ky * self.pitch
        steps = {"step_q": q, "step_ky": ky, "step_offset": offset}
        return {"step": int(index > 0), "back": int(within == 0), **steps}

    def count(self, index):
        """Lanes that count in a pass."""
        if self.kind != "channel":
            return self.rows
        return min(self.group, self.channels - index // self.passes * self.group)

    def place(self, tensor, memory):
        """Put ``tensor`` [height, width, channels] into the bytes of ``memory``."""
        for line in range(self.height):
            start = self.address + line * self.pitch
            memory[start : start + self.width * self.channels] = tensor[line].reshape(-1)

    def taps(self, tensor, index):
        """What lanes read in a pass: codes and enables, ``[positions, lanes]``."""
        positions = self.out[0] * self.out[1]
        codes = np.zeros((positions, self.lanes), np.uint8)
        enables = np.zeros((positions, self.lanes), bool)
        for lane in range(self.lanes):
            tap = self._tap(index, lane)
            if tap is None:
                continue
            enables[:, lane] = True
            for position in range(positions):
                y, x = divmod(position, self.out[1])
                line = y * self.stride[0] + tap[0] - self.padding[0]
                column = x * self.stride[1] + tap[1] - self.padding[1]
                inside = 0 <= line < self.height and 0 <= column < self.width
                codes[position, lane] = tensor[line, column, tap[2]] if inside else self.fill
        return codes, enables

    def _tap(self, index, lane):
        """Kernel line, kernel column and channel; None where a lane has none."""
        group, within = divmod(index, self.passes)
        if self.kind == "channel":
            channel = group * self.group + lane
            if lane >= self.group or channel >= self.channels:
                return None
            return (*divmod(within, self.kernel[1]), channel)
        if lane >= self.rows:
            return None
        ky, q = divmod(within * self.rows + lane, self.wrap)
        if ky >= self.kernel[0] or q >= self.segment:
            return None
        return (ky, *divmod(q, self.channels))


def draw(rng, kind, *, rows, lanes, banks, address_width):
    """A random geometry that fits the banks."""
    while True:
        kernel = tuple(int(n) for n in rng.integers(1, 5, 2))
        stride = tuple(int(n) for n in rng.integers(1, 4, 2))
        padding = tuple(int(rng.integers(0, size)) for size in kernel)
        height, width = (int(n) for n in rng.integers(1, 9, 2))
        out = tuple(
            (size + 2 * pad - k) // s + 1
            for size, pad, k, s in zip((height, width), padding, kernel, stride, strict=True)
        )
        geometry = Geometry(
            kind=kind,
            height=height,
            width=width,
            channels=int(rng.choice((1, 2, 3, 5, 8, 16, 19))),
            kernel=kernel,
            stride=stride,
            padding=padding,
            out=out,
            rows=rows,
            lanes=lanes,
            banks=banks,
            address=int(rng.integers(0, 64)),
            group=int(rng.integers(1, min(rows, lanes) + 1)),
            fill=int(rng.integers(256)),
        )
        end = geometry.address + height * geometry.pitch
        if min(out) < 1 or end > 1 << address_width:
            continue
        if out[0] * out[1] * geometry.groups * geometry.passes <= 250:
            return geometry
