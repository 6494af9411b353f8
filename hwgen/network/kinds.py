"""What layers are called."""

from hwgen.network.graph import Convolution, Layer, Network, Pool

__all__ = ["kind_of"]


def kind_of(layer: Layer, network: Network) -> str:
    """Kind of a layer in words, with its window and stride: ``convolution 3x3/2``."""
    if isinstance(layer, Convolution):
        return _convolution(layer, network)
    if isinstance(layer, Pool):
        return _pool(layer, network)
    return type(layer).__name__.lower()


def _convolution(layer: Convolution, network: Network) -> str:
    height, width, channels = network.shapes[layer.inputs[0]]
    kernel = layer.weights.shape[1:3]
    if kernel == (height, width) and layer.groups == 1 and layer.shape[:2] == (1, 1):
        return "fully connected"
    window = _window(kernel, layer.stride)
    if layer.groups == 1:
        return f"convolution {window}"
    return f"depthwise {window}" if layer.groups == channels else f"grouped {window}"


def _pool(layer: Pool, network: Network) -> str:
    if layer.kernel == (1, 1) and layer.kind == "max" and layer.stride == (1, 1):
        return "requantize"  # a change of scale and zero point
    if layer.kind == "average" and layer.kernel == network.shapes[layer.inputs[0]][:2]:
        return "global average"
    return f"{layer.kind} pool {_window(layer.kernel, layer.stride)}"


def _window(kernel: tuple[int, ...], stride: tuple[int, int]) -> str:
    steps = "" if stride == (1, 1) else f"/{stride[0]}"
    if stride[0] != stride[1]:
        steps += f"x{stride[1]}"
    return f"{kernel[0]}x{kernel[1]}{steps}"
