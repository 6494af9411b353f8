"""The words of an accelerator's program, bit by bit: descriptors, parameters, weights.

A program is one image in memory; its base is the address of the first descriptor, and all
offsets below count bytes from there. Base and offsets of streams are multiples of
:data:`IMAGE_ALIGNMENT`. Descriptors follow each other, :data:`DESCRIPTOR_BYTES` each; fields are
packed from the least significant bit on, in the order given here, whatever the accelerator's size.
The compiler packs them, the circuit unpacks them. Each begins with the digest of the spec that
the program was compiled for: so the circuit tells a program of its own from any other, and from
memory that holds none.

How a descriptor reads activations. Lane ``r`` holds registers ``ky``, ``q`` and ``offset``; at
the start of a layer they are those of tap ``r``: ``q = r``, brought below ``wrap`` by taking
``wrap`` away and stepping ``ky`` up. In each pass all output positions go by in raster order.
Position ``(y, x)`` has base ``source + y * line_step_bytes + x * column_step``, line
``source_line + y * line_step`` and column byte ``source_byte + x * column_step``; lane ``r``
reads byte ``base + offset``, or ``fill`` unless ``0 <= line + ky < in_lines`` and
``0 <= byte + q < line_bytes``. After each pass of a group but the last all lanes step: ::

    q += step_q; ky += step_ky; offset += step_offset
    if q >= wrap: q -= wrap; ky += 1; offset += wrap_offset

and after the last one, for the next group: ::

    q += back_q; ky += back_ky; offset += back_offset
    if q < 0: q += wrap; ky -= 1; offset -= wrap_offset

A dense lane counts when ``ky < kernel_lines`` and ``q < segment``; of the other operations'
lanes, those of the group's channels.
"""

from enum import IntEnum

from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.fields import Layout, pack, unpack, width_of

__all__ = [
    "DESCRIPTOR",
    "DESCRIPTOR_BYTES",
    "IMAGE_ALIGNMENT",
    "RANGES",
    "TAP_BITS",
    "Operation",
    "digest_word",
    "pack_descriptor",
    "parameter_bytes",
    "parameter_layout",
    "unpack_descriptor",
    "weight_word_bits",
]

DESCRIPTOR_BYTES = 128
IMAGE_ALIGNMENT = 128
"""Bytes: a beat of the widest bus, twice over."""
TAP_BITS = 16
"""Of the number of taps whose activations, or low bits of them, an accelerator sums."""

RANGES = 3
"""Of weights, in a descriptor of an accelerator that derives modes from them (form ``ranges``).

Bounds are raw weight codes, both included, and compared as the multiplier reads them; a range
whose high is less than its low holds no weight.
"""

_BANK = 24  # bits of a byte address in the banks
_MEMORY = 32  # of an offset in the image
_SIZE = 16
_LINE = 20  # of bytes in a line
_KERNEL = 8  # of lines of a kernel


class Operation(IntEnum):
    """What a descriptor does.

    ``DENSE`` and ``DIAGONAL`` multiply; ``MAXIMUM`` and ``AVERAGE`` combine windows of one
    channel without the array: with windows of one tap they copy, with windows outside the
    tensor they fill. ``SUM`` adds two tensors; ``LOAD`` and ``STORE`` move lines between memory
    and banks.
    """

    END = 0
    DENSE = 1
    DIAGONAL = 2
    MAXIMUM = 3
    AVERAGE = 4
    SUM = 5
    LOAD = 6
    STORE = 7


# name: (bits, two's complement)
DESCRIPTOR: Layout = {
    "digest": (32, False),  # of the spec: see digest_word
    "operation": (4, False),
    "tile": (3, False),  # array that multiplies
    "double_rounding": (1, False),
    "fill": (8, False),  # what taps outside the tensor read
    "zero_0": (8, False),  # taken from codes that bypass the array; of a sum's first source
    "zero_1": (8, False),  # of its second source
    "zero_out": (8, False),
    "low": (8, False),  # output codes are clamped to low..high
    "high": (8, False),
    "height": (_SIZE, False),  # output positions; lines of LOAD and STORE
    "width": (_SIZE, False),
    "filters": (_SIZE, False),  # output channels
    "groups": (_SIZE, False),  # of filters, as many as there are columns for
    "passes": (_SIZE, False),  # of each group
    "spacing": (7, False),  # cycles per position of a group's last pass
    # Where positions read.
    "source": (_BANK + 2, True),
    "source_line": (_SIZE + 1, True),
    "source_byte": (_LINE + 1, True),
    "column_step": (_LINE, False),
    "line_step": (_SIZE, False),
    "line_step_bytes": (_BANK, False),
    "in_lines": (_SIZE, False),
    "line_bytes": (_LINE, False),
    "source_1": (_BANK, False),  # second source of a sum
    "column_step_1": (_LINE, False),
    "line_step_bytes_1": (_BANK, False),
    # How lanes step.
    "kernel_lines": (_KERNEL, False),
    "segment": (_LINE, False),
    "wrap": (_LINE, False),
    "wrap_offset": (_BANK + 1, True),
    "step_q": (_LINE, False),
    "step_ky": (_KERNEL, False),
    "step_offset": (_BANK + 1, True),
    "back_q": (_LINE + 1, True),
    "back_ky": (_KERNEL + 1, True),
    "back_offset": (_BANK + 2, True),
    # Where positions write; bank addresses of LOAD and STORE.
    "target": (_BANK, False),
    "target_column_step": (_LINE, False),
    "target_line_step": (_BANK, False),
    # Streams from memory, in the order of use.
    "weights": (_MEMORY, False),
    "weight_bytes": (_MEMORY, False),
    "parameters": (_MEMORY, False),
    "parameter_bytes": (_BANK, False),
    # Control variate.
    "variate_mask": (8, False),
    "variate_or": (1, False),
    "variate_fraction": (5, False),
    # Modes by weight: the first range that holds the weight says its mode.
    **{
        f"range_{number}_{name}": (width, False)
        for number in range(RANGES)
        for name, width in (("low", 8), ("high", 8), ("mode", 4))
    },
    "range_mode": (4, False),  # of weights in no range
    # LOAD and STORE: bytes of a line, and where the first line lies in memory.
    "run_bytes": (_LINE, False),
    "memory": (_MEMORY, False),
    "memory_step": (_MEMORY, False),
}


def digest_word(spec: AcceleratorSpec) -> int:
    """Number of 32 bits that tells specs apart: the start of the digest."""
    return int(spec.digest[:8], 16)


def pack_descriptor(**fields: int) -> bytes:
    """A descriptor as it lies in memory; what is not given is 0.

    A value that does not fit its field raises ValueError.
    """
    unknown = fields.keys() - DESCRIPTOR.keys()
    if unknown:
        raise ValueError(f"a descriptor has no {', '.join(sorted(unknown))}")
    word = pack(DESCRIPTOR, {name: int(fields.get(name, 0)) for name in DESCRIPTOR})
    return word.to_bytes(DESCRIPTOR_BYTES, "little")


def unpack_descriptor(image: bytes) -> dict[str, int]:
    """The fields of a descriptor."""
    return unpack(DESCRIPTOR, int.from_bytes(image[:DESCRIPTOR_BYTES], "little"))


def parameter_layout(spec: AcceleratorSpec) -> Layout:
    """Parameters of one column: of one filter, or of a pass of a sum.

    The columns of a group follow each other, all ``cols`` of them, each in whole bytes.
    """
    layout: dict[str, tuple[int, bool]] = {
        "bias": (32, True),
        "multiplier": (31, False),
        "left": (5, False),
        "right": (6, False),
    }
    if spec.activation_sum:
        layout["sum_factor"] = (9, True)
    if spec.variate_bits:
        layout["variate_factor"] = (32, True)
    if spec.form == "columns":
        layout["channel"] = (_SIZE, False)  # output channel that the column writes
        layout["slot"] = (6, False)  # cycle of a position in which it does
    return layout


def parameter_bytes(spec: AcceleratorSpec) -> int:
    """Bytes of one column's parameters."""
    return -(-width_of(parameter_layout(spec)) // 8)


def weight_word_bits(spec: AcceleratorSpec) -> int:
    """Bits of a weight word: one array row, column 0 lowest; words follow without a gap.

    A dense block has ``rows`` of them, row 0 first; a diagonal one has one word, for all rows.
    """
    return spec.cols * spec.weight_bits
