"""A mapping as a C header: products, choices, constants, and how they are added up."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

import hwgen
from hwgen.mapping_export.resolved import Resolved, ResolvedLayer
from hwgen.spec.mapping import Mapping

__all__ = ["header"]

_PER_LINE = 12  # constants

_TYPES = """\
#include <stdint.h>

typedef struct {
    const char *name;
    int filters, kernel_height, kernel_width, channels;  /* channels: of one group */
    int groups, stride[2], padding[4];                   /* padding: top, left, bottom, right */
    int zero_point;                   /* activation code that padded taps read */
    const uint16_t *choice;           /* [filter][tap]: table of each weight */
    const uint8_t *codes;             /* [filter][tap]: weight byte that the multiplier gets */
    const int8_t *weights;            /* [filter][tap]: the network's own code */
    const int8_t *tuned_weights;      /* [filter][tap]: what is multiplied in its place */
    const int64_t *bias;              /* [filter]: all constants, the update included */
    const int64_t *bias_update;       /* [filter]: what of it the mapping added */
    const int64_t *sum_factor;        /* [filter]: times the sum of the activation codes */
    const int32_t *variate_x;         /* [activation code], or 0 without control variate */
    const int64_t *variate_factor;    /* [filter] */
    int variate_fraction;             /* bits */
} hwgen_layer;
"""

_SUM = """\
/* Accumulator of one filter. The window holds the activation codes of the filter's group in
 * kernel row, kernel column, channel order. Shifts of negative numbers are arithmetic. */
static inline int32_t hwgen_accumulate(const hwgen_layer *layer, int filter,
                                       const uint8_t *window)
{
    const int taps = layer->kernel_height * layer->kernel_width * layer->channels;
    const uint16_t *choice = layer->choice + (long)filter * taps;
    const uint8_t *codes = layer->codes + (long)filter * taps;
    int64_t products = 0, activations = 0, variate = 0;
    for (int k = 0; k < taps; k++) {
        products += hwgen_products[choice[k]][window[k]][codes[k]];
        activations += window[k];
        if (layer->variate_x)
            variate += layer->variate_x[window[k]];
    }
    products += layer->bias[filter] + layer->sum_factor[filter] * activations;
    if (layer->variate_x) {
        const int64_t half = ((int64_t)1 << layer->variate_fraction) >> 1;
        products += (layer->variate_factor[filter] * variate + half) >> layer->variate_fraction;
    }
    return (int32_t)(uint32_t)(uint64_t)products;
}
"""


def header(resolved: Resolved, mapping: Mapping) -> str:
    """Text of the header; ``mapping`` is what was resolved, of which it names the digest."""
    return "\n".join(
        [
            _comment(resolved, mapping),
            "#ifndef HWGEN_MAPPING_H\n#define HWGEN_MAPPING_H\n",
            _TYPES,
            f"#define HWGEN_TABLES {len(resolved.names)}",
            f"#define HWGEN_LAYERS {len(resolved.layers)}\n",
            _array("int32_t", "hwgen_products", "[HWGEN_TABLES][256][256]", resolved.tables),
            *_layers(resolved),
            _SUM,
            "#endif\n",
        ]
    )


def _comment(resolved: Resolved, mapping: Mapping) -> str:
    tables = "\n".join(
        f" *   {number} {_word(name)}, mode {mode}"
        for number, (name, mode) in enumerate(resolved.names)
    )
    return (
        f"/*\n * Exported by hwgen {hwgen.__version__}: a mapping of SHA-256\n"
        f" * {mapping.digest}.\n"
        " * hwgen_products[table][activation][weight] takes the stored activation code (0 to 255)"
        "\n * and the raw byte of the weight that the multiplier gets. Tables:\n"
        f"{tables}\n */"
    )


def _layers(resolved: Resolved) -> Iterator[str]:
    rows = []
    for number, layer in enumerate(resolved.layers):
        own = f"hwgen_layer_{number}"
        arrays = _arrays(layer)
        for name, (kind, values) in arrays.items():
            if values is not None:
                yield _array(kind, f"{own}_{name}", f"[{values.size}]", values.reshape(-1))
        rows.append(_row(own, layer, arrays))
    yield f"static const hwgen_layer hwgen_layers[HWGEN_LAYERS] = {{\n{''.join(rows)}}};\n"


def _arrays(resolved: ResolvedLayer) -> dict[str, tuple[str, NDArray[Any] | None]]:
    layer, mapping, products = resolved.layer, resolved.mapping, resolved.products
    tuned, variate = mapping.tuned_weights, products.variate
    update = np.array(mapping.bias_update or (0,) * len(layer.weights))
    return {
        "choice": ("uint16_t", resolved.choice),
        "codes": ("uint8_t", products.codes),
        "weights": ("int8_t", layer.weights),
        "tuned_weights": ("int8_t", None if tuned is None else tuned.codes(layer.weights.shape)),
        "bias": ("int64_t", products.bias),
        "bias_update": ("int64_t", update),
        "sum_factor": ("int64_t", products.sum_factor),
        "variate_x": ("int32_t", None if variate is None else variate.x),
        "variate_factor": ("int64_t", None if variate is None else variate.factor),
    }


def _row(
    own: str, resolved: ResolvedLayer, arrays: dict[str, tuple[str, NDArray[Any] | None]]
) -> str:
    layer, variate = resolved.layer, resolved.products.variate
    places = {name: f"{own}_{name}" if x is not None else "0" for name, (_, x) in arrays.items()}
    if places["tuned_weights"] == "0":
        places["tuned_weights"] = places["weights"]
    numbers = ", ".join(map(str, (*layer.weights.shape, layer.groups)))
    stride, padding = (", ".join(map(str, x)) for x in (layer.stride, layer.padding))
    fraction = 0 if variate is None else variate.fraction
    arrays_text = ",\n     ".join(places.values())
    return (
        f"    {{{json.dumps(_word(layer.name))},\n     {numbers}, {{{stride}}}, {{{padding}}}, "
        f"{resolved.source.zero_point},\n     {arrays_text},\n     {fraction}}},\n"
    )


def _array(kind: str, name: str, shape: str, values: NDArray[Any]) -> str:
    return f"static const {kind} {name}{shape} =\n{_body(values)};\n"


def _body(values: NDArray[Any]) -> str:
    if values.ndim > 1:
        return "{" + ",\n".join(map(_body, values)) + "}"
    numbers = [f"{x}LL" if abs(x) >= 1 << 31 else str(x) for x in values.tolist()]
    lines = [",".join(numbers[i : i + _PER_LINE]) for i in range(0, len(numbers), _PER_LINE)]
    return "{" + ",\n".join(lines) + "}"


def _word(name: str) -> str:
    """A name that ends neither a comment nor a string."""
    return "".join(x if x.isascii() and x.isprintable() else "?" for x in name).replace("*/", "*?")
