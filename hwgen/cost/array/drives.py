"""What the ports of an array's elements see, cycle after cycle, of a sample."""

import numpy as np

from hwgen.cost.array.samples import ArraySamples, Lanes
from hwgen.cost.parts import Cycles

__all__ = [
    "delay_cycles",
    "edge_cycles",
    "load_cycles",
    "pe_cycles",
    "range_cycles",
    "sum_cycles",
    "variate_cycles",
]


def pe_cycles(samples: ArraySamples) -> Cycles:
    """A processing element while positions stream; the weight changes where a block begins.

    The two first cycles bring the weight before, the third the next one; the swap is in the
    last cycle but one. Loading the next block's weights is not in it: see :func:`load_cycles`.
    """
    spec, row, column = samples.spec, samples.row, samples.column
    stages = spec.multiplier_stages
    before, now = samples.block(1), samples.block(0)
    old, new = (samples.register(x, row, column) for x in (before, now))
    one = np.ones_like(row)
    fixed = {"enable": one}
    cycles = [{**fixed, "weight": old, "load": one}, {**fixed, "swap": one, "weight": old}]
    cycles.append({**fixed, "weight": new, "load": one})
    for ago in reversed(range(stages + 3)):
        a, valid = samples.activation(ago, row)
        ports = {**fixed, "a": samples.edge(a), "valid": valid, "weight": new}
        ports["total"] = samples.above(ago + stages)
        ports["diagonal"] = one * samples.is_diagonal
        ports["on_diagonal"] = (row % spec.cols == column).astype(np.int64)
        ports["swap"] = (before != now) * one if ago == 1 else 0 * one
        cycles.append(ports)
    return cycles


def load_cycles(samples: ArraySamples) -> Cycles:
    """A processing element in a cycle in which the next block's weights go down its column."""
    spec, row, column = samples.spec, samples.row, samples.column
    block = samples.block(0)
    following = (block + 1) % samples.blocks
    at = samples.position(0) % spec.rows  # row whose weights are on their way
    here = samples.register(following, at, column)
    last = samples.register(block, np.full_like(row, spec.rows - 1), column)
    ahead = np.where(at > 0, samples.register(following, at - 1, column), last)
    one = np.ones_like(row)
    cycles = [
        {"weight": samples.register(block, row, column), "load": one},
        {"weight": ahead, "swap": one},
        {"weight": ahead, "load": (at - 1 == row).astype(np.int64)},
        {"weight": here, "load": (at == row).astype(np.int64)},
    ]
    return [{**x, "enable": one} for x in cycles]


def delay_cycles(samples: ArraySamples, depth: int) -> Cycles:
    """A delay of the skew."""
    cycles = []
    for ago in reversed(range(depth + 2)):
        a, valid = samples.activation(ago, samples.row)
        cycles.append({"a": a, "valid": valid})
    return cycles


def edge_cycles(samples: ArraySamples) -> Cycles:
    """What shortens the activations of a row."""
    one = np.ones_like(samples.row)
    fixed = {"diagonal": one * samples.is_diagonal, "enable": one}
    return [{**x, **fixed} for x in delay_cycles(samples, 1)]


def sum_cycles(samples: ArraySamples) -> Cycles:
    """An element of the column that sums activations."""
    cycles = []
    for ago in (2, 1, 0):
        a, valid = samples.activation(ago, samples.row, stored=True)
        ports = {"a": a, "valid": valid * (not samples.is_diagonal)}
        cycles.append({**ports, "total": samples.activations_above(ago)})
    return cycles


def variate_cycles(samples: ArraySamples) -> Cycles:
    """An element of the column that sums x, for a layer that takes all low bits."""
    mask = (1 << samples.spec.variate_bits) - 1
    one = np.ones_like(samples.row)
    cycles = []
    for ago in (2, 1, 0):
        a, valid = samples.activation(ago, samples.row)
        ports = {"a": a, "valid": valid * (not samples.is_diagonal), "mask": mask * one}
        cycles.append({**ports, "total": samples.activations_above(ago, mask)})
    return cycles


def range_cycles(samples: ArraySamples) -> Cycles:
    """Comparators in a cycle in which a row's weights are loaded.

    Ranges are nested around zero, each half as wide as the one around it.
    """
    spec = samples.spec
    kind = spec.arithmetic[0].w_kind
    block, one = samples.block(0), np.ones_like(samples.row)
    modes = len(spec.arithmetic[0].modes)
    ports: dict[str, Lanes] = {}
    for number in range(modes - 1):
        half = 1 << (kind.width - modes + number)
        middle = 0 if kind.signed else 1 << (kind.width - 1)
        ports |= {f"low__{number}": (middle - half) * one, f"high__{number}": (middle + half) * one}
        ports[f"range_mode__{number}"] = (modes - 1 - number) * one
    cycles = []
    for row in (samples.row, (samples.row + 1) % spec.rows):
        codes = {
            f"code__{column}": samples.weight(block, row, column * one)[0]
            for column in range(spec.cols)
        }
        cycles.append({**ports, **codes})
    return cycles
