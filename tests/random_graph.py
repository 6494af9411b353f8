"""Small random networks of every kind of layer, layer by layer."""

from tests.random_layers import GraphBuilder

__all__ = ["KINDS", "drawn", "random_graph"]

KINDS = (
    *("dense", "depthwise", "grouped", "pointwise", "fully_connected"),
    *("max_pool", "average_pool", "global_max", "global_average", "add"),
    *("concat_lines", "concat_columns", "concat_channels", "pad", "slice", "reshape"),
)
_OFTEN = (*KINDS, "dense", "dense", "dense", "depthwise")


def random_graph(rng, layers=6, rounding=None):
    """A network of so many layers, each reading tensors drawn from those before it."""
    shape = tuple(int(x) for x in (*rng.integers(4, 10, 2), rng.integers(1, 9)))
    builder = GraphBuilder(rng, shape, rounding or ("single", "double")[rng.integers(2)])
    while len(builder.layers) < layers:
        getattr(builder, str(rng.choice(_OFTEN)))(drawn(rng, builder))
    return builder.network()


def drawn(rng, builder):
    """A tensor to read; rather a late one."""
    names = list(builder.shapes)
    return names[max(rng.integers(len(names)), rng.integers(len(names)))]
