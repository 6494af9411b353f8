"""How long the accelerator takes, by the schedule of its sequencer.

Pauses for which nothing in a program accounts are constants of the circuit; a test holds the
sums to what simulated accelerators count.
"""

from hwgen.compiler.compile import layer_steps
from hwgen.network.graph import Convolution, Layer, Pool
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.schedule import blocks

__all__ = ["END_CYCLES", "layer_cycles"]

END_CYCLES = 2  # of the descriptor that ends a program: fetched and decoded
_DESCRIPTOR = 2  # fetched and decoded
_FIRST_WEIGHT = 1  # until the first row of a layer's first block is under way
_GATHER = 4  # from the last access of an addition or a pooling to its accumulator
_DRAIN = 10  # from the last access of a drain to the written code, and both changes of pass


def layer_cycles(layer: Layer, spec: AcceleratorSpec) -> int:
    """Cycles of one layer, from fetching its first descriptor to its last written code.

    Parameters
    ----------
    layer : Layer
        One that the accelerator executes: see :func:`hwgen.compiler.support.refusal`.
    spec : AcceleratorSpec
    """
    return sum(
        _piece(layer, step.lines * layer.shape[1], spec)
        for step in layer_steps(layer, spec.accumulator_depth)
    )


def _piece(layer: Layer, positions: int, spec: AcceleratorSpec) -> int:
    """Cycles of one descriptor."""
    filters = layer.shape[2]
    cycles = _DESCRIPTOR
    for first in range(0, filters, spec.cols):
        columns = min(spec.cols, filters - first)
        if isinstance(layer, Convolution):
            cycles += _multiplication(layer, positions, first == 0, spec)
        else:
            cycles += _taps(layer) * positions * columns + _GATHER
        cycles += positions * columns + _DRAIN
    return cycles


def _multiplication(
    layer: Convolution, positions: int, is_first: bool, spec: AcceleratorSpec
) -> int:
    """Passes of one group of filters, until the last sum has left the array."""
    filters, *window = layer.weights.shape
    passes = len(blocks((min(filters, spec.cols), *window), spec.rows, spec.cols))
    # A block is swapped in when it is loaded and the one before has crossed the columns.
    swap = max(positions, spec.cols + 1)
    between = max(swap, spec.rows)
    cycles = (passes - 1) * between + positions + spec.rows + spec.cols - 1
    if is_first:
        return cycles + _FIRST_WEIGHT
    # The group's first block has been loaded meanwhile, so the second one is loaded earlier.
    return cycles - (between - swap if passes > 1 else 0)


def _taps(layer: Layer) -> int:
    """Passes over each group of channels: one per tap of a window, one per operand."""
    if isinstance(layer, Pool):
        return layer.kernel[0] * layer.kernel[1]
    return len(layer.inputs)
