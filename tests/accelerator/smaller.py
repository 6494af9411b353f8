"""Networks that are a part of another one, or the same on a smaller image."""

from dataclasses import replace

from hwgen.golden import run
from hwgen.network.graph import Add, Concat, Convolution, Network, Pad, Pool, Reshape, Slice

__all__ = ["smaller_networks"]


def smaller_networks(network, image, mapping):
    """Pairs of a network and its image, the smallest ones first: not all of them make sense."""
    layers = network.layers
    for count in sorted({1, len(layers) // 4, len(layers) // 2, len(layers) - 1} - {0}):
        if count < len(layers):
            yield _with(network, layers[:count]), image
    needed = _needed(layers, layers[-1].name)
    if len(needed) < len(layers):
        yield _with(network, needed), image
    tensors = run(network, image[None], mapping)
    for start in reversed(layers[:-1]):
        rest = _after(layers, start.name)
        if rest and rest[-1] is layers[-1]:
            yield _from(network, start.name, rest), tensors[start.name][0]
    for layer in reversed(layers[:-1]):
        if not any(layer.name in other.inputs for other in layers):
            yield _with(network, [x for x in layers if x is not layer]), image
    for axis in (0, 1):
        for side in sorted({1, image.shape[axis] // 2, image.shape[axis] - 1} - {0}):
            cut = image[:side] if axis == 0 else image[:, :side]
            found = cut.shape != image.shape and _resized(network, cut.shape)
            if found:
                yield found, cut


def _with(network, layers):
    return replace(network, layers=tuple(layers))


def _from(network, start, layers):
    return Network(
        input_name=start,
        input_shape=network.shapes[start],
        input_quantization=network.quantizations[start],
        layers=tuple(layers),
    )


def _needed(layers, last):
    """Layers that the tensor ``last`` is made of."""
    wanted = {last}
    found = []
    for layer in reversed(layers):
        if layer.name in wanted:
            wanted.update(layer.inputs)
            found.append(layer)
    return found[::-1]


def _after(layers, start):
    """Layers that need the tensor ``start`` alone."""
    known, found = {start}, []
    for layer in layers:
        if set(layer.inputs) <= known:
            known.add(layer.name)
            found.append(layer)
    return found


def _resized(network, shape):
    """The network on an image of another size; None where a layer does not allow it."""
    shapes, layers = {network.input_name: shape}, []
    for layer in network.layers:
        found = _shape(layer, [shapes[name] for name in layer.inputs])
        if found is None or min(found) < 1:
            return None
        shapes[layer.name] = found
        layers.append(replace(layer, shape=found))
    return replace(network, input_shape=shape, layers=tuple(layers))


def _shape(layer, inputs):
    """Shape of a layer's tensor, given those of its inputs."""
    first = inputs[0]
    match layer:
        case Convolution():
            return (*_window(layer, layer.weights.shape[1:3], first), layer.shape[2])
        case Pool():
            return (*_window(layer, layer.kernel, first), first[2])
        case Add():
            return first if inputs[0] == inputs[1] else None
        case Concat():
            others = {tuple(x for i, x in enumerate(y) if i != layer.axis) for y in inputs}
            size = sum(shape[layer.axis] for shape in inputs)
            found = tuple(size if i == layer.axis else x for i, x in enumerate(first))
            return found if len(others) == 1 else None
        case Pad():
            return tuple(map(sum, zip(layer.before, first, layer.after, strict=True)))
        case Slice():
            sides = zip(layer.shape, first, layer.start, layer.step, strict=True)
            return tuple(min(x, (side - 1 - at) // step + 1) for x, side, at, step in sides)
        case Reshape() if layer.shape[:2] == (1, 1):
            return (1, 1, first[0] * first[1] * first[2])
    return None


def _window(layer, kernel, size):
    return tuple(
        (size[i] + layer.padding[i] + layer.padding[i + 2] - kernel[i]) // layer.stride[i] + 1
        for i in (0, 1)
    )
