"""What a mapping resolves to, as arrays of NumPy and as raw tables."""

import io
import json
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.arith.operand import U8
from hwgen.mapping_export.resolved import Resolved, ResolvedLayer

__all__ = ["archive", "raw_tables"]


def archive(resolved: Resolved) -> bytes:
    """Contents of an ``.npz`` without pickled objects.

    ``tables`` is int32[T, 256, 256]; ``description`` is JSON: the names of the tables, and of
    each layer its name, shape and settings. The arrays of layer ``NAME`` are called
    ``NAME/choice`` (uint16, table of each weight), ``NAME/codes`` (uint8, what the multiplier
    gets), ``NAME/bias`` and ``NAME/sum_factor`` (int64, see
    :class:`~hwgen.golden.products.Products`), ``NAME/bias_update`` and ``NAME/constants``
    (int64, both within ``NAME/bias``), ``NAME/weights`` and ``NAME/tuned_weights`` (int8, stored
    codes), ``NAME/layer_bias`` (int32), ``NAME/weight_zero_points`` (int32),
    ``NAME/rescale`` (int64[F, 3]: multiplier, left, right), and with a control variate
    ``NAME/variate_x`` (int32[256]) and ``NAME/variate_factor`` (int64). Weights have the shape
    ``[F, KH, KW, C // groups]``.
    """
    arrays: dict[str, NDArray[Any]] = {"tables": resolved.tables}
    for layer in resolved.layers:
        arrays |= {f"{layer.layer.name}/{name}": x for name, x in _arrays(layer).items()}
    arrays["description"] = np.array(json.dumps(_description(resolved)))
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


def raw_tables(resolved: Resolved) -> dict[str, bytes]:
    """One file per table by name: 65,536 little-endian words, activation code major.

    ``.i32.bin`` holds int32. ``.u16.bin``, for two unsigned bytes and products from 0 to 65,535,
    holds uint16: that is what TFApprox reads.
    """
    files = {}
    for (name, mode), table in zip(resolved.names, resolved.tables, strict=True):
        stem = f"{re.sub(r'[^A-Za-z0-9_.-]', '_', name)}_mode_{mode}"
        files[f"{stem}.i32.bin"] = table.astype("<i4").tobytes()
        unsigned = (find(name).a_kind, find(name).w_kind) == (U8, U8)
        if unsigned and table.min() >= 0 and table.max() < 1 << 16:
            files[f"{stem}.u16.bin"] = table.astype("<u2").tobytes()
    return files


def _arrays(resolved: ResolvedLayer) -> dict[str, NDArray[Any]]:
    layer, products, mapping = resolved.layer, resolved.products, resolved.mapping
    filters = len(layer.weights)
    tuned = layer.weights
    if mapping.tuned_weights is not None:
        tuned = mapping.tuned_weights.codes(layer.weights.shape)
    found: dict[str, NDArray[Any]] = {
        "choice": resolved.choice,
        "codes": products.codes,
        "bias": products.bias,
        "sum_factor": products.sum_factor,
        "bias_update": np.array(mapping.bias_update or (0,) * filters, np.int64),
        "constants": resolved.constants,
        "weights": layer.weights,
        "tuned_weights": tuned,
        "layer_bias": layer.bias,
        "weight_zero_points": np.array(layer.weight_zero_points or (0,) * filters, np.int32),
        "rescale": np.array([(x.multiplier, x.left, x.right) for x in layer.rescale], np.int64),
    }
    if products.variate is not None:
        found["variate_x"] = products.variate.x
        found["variate_factor"] = products.variate.factor
    return found


def _description(resolved: Resolved) -> dict[str, Any]:
    return {
        "tables": [{"multiplier": name, "mode": mode} for name, mode in resolved.names],
        "layers": [_settings(layer) for layer in resolved.layers],
    }


def _settings(resolved: ResolvedLayer) -> dict[str, Any]:
    layer, variate = resolved.layer, resolved.products.variate
    offset, width = resolved.weight_encoding
    return {
        "name": layer.name,
        "output": list(layer.shape),
        "stride": list(layer.stride),
        "padding": list(layer.padding),
        "groups": layer.groups,
        "rounding": layer.rounding,
        "low": layer.low,
        "high": layer.high,
        "input_scale": resolved.source.scale,
        "input_zero_point": resolved.source.zero_point,
        "highest": resolved.highest,
        "output_scale": layer.quantization.scale,
        "output_zero_point": layer.quantization.zero_point,
        "activation_zero": resolved.activation_zero,
        "weight_offset": offset,
        "weight_width": width,
        "variate_fraction": None if variate is None else variate.fraction,
    }
