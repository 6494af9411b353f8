"""Which input lines some output lines read."""

from hwgen.network.graph import Concat, Convolution, Layer, Network, Pad, Pool, Slice

__all__ = ["needed_lines"]


def needed_lines(layer: Layer, which: int, network: Network, lines: range) -> range:
    """Lines of input number ``which`` that are read to make output ``lines``; maybe none."""
    height = network.shapes[layer.inputs[which]][0]
    if isinstance(layer, Convolution | Pool):
        kernel = layer.weights.shape[1] if isinstance(layer, Convolution) else layer.kernel[0]
        return _window(lines, layer.stride[0], -layer.padding[0], kernel, height)
    if isinstance(layer, Slice):
        return _window(lines, layer.step[0], layer.start[0], 1, height)
    if isinstance(layer, Pad):
        return _window(lines, 1, -layer.before[0], 1, height)
    if isinstance(layer, Concat) and layer.axis == 0:
        before = sum(network.shapes[name][0] for name in layer.inputs[:which])
        return _window(lines, 1, -before, 1, height)
    return lines


def _window(lines: range, step: int, start: int, kernel: int, height: int) -> range:
    first = max(0, start + lines.start * step)
    last = min(height, start + (lines.stop - 1) * step + kernel)
    return range(first, max(first, last))
