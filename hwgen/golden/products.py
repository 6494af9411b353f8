"""What a layer multiplies, with every encoding resolved.

A multiplier takes operands of its own kinds; the graph holds u8 activations and s8 weights. Here
both become tables indexed by what the graph stores, and constants that put right the exact terms
of the encoding. Whoever computes accumulators needs nothing else of the mapping.
"""

from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import U8, OperandKind
from hwgen.errors import SpecError
from hwgen.network.graph import Convolution
from hwgen.spec.mapping import LayerMapping

__all__ = ["Factors", "Products", "Variate", "activation_offset", "products_of", "weight_offset"]

Factors: TypeAlias = tuple[NDArray[np.int32], NDArray[np.int32]]

_WIDTHS = range(4, 9)


@dataclass(frozen=True, kw_only=True, eq=False)
class Variate:
    """Control variate: ``round_half_up(factor * sum_k x[a_k] / 2**fraction)`` per filter.

    Parameters
    ----------
    x : int32[256]
        By stored activation code.
    factor : int64[F]
    fraction : int
        Bits.
    """

    x: NDArray[np.int32]
    factor: NDArray[np.int64]
    fraction: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Products:
    """What one layer multiplies and adds up.

    The accumulator of filter ``f`` at one position, over the window's activations ``a_k``, is ::

        wrap32(sum_k tables[choice[f, k]][a_k, codes[f, k]] + bias[f]
               + sum_factor[f] * sum_k a_k
               + round_half_up(variate.factor[f] * sum_k variate.x[a_k] / 2**variate.fraction))

    ``a_k`` is a stored u8 code; a padded tap reads the zero point of the layer's input.

    Parameters
    ----------
    tables : tuple of int32[256, 256]
        Products of one multiplier in one mode each, by stored activation code and raw weight
        byte. Entries of codes that cannot occur are 0.
    factors : tuple of (int32[rank, 256], int32[rank, 256]) or None
        ``(u, v)`` of each table, indexed alike, with ``table == u.T @ v``; None when not known.
    names : tuple of str
        Multiplier and mode of each table, to be shown.
    choice : uint8[F, KH, KW, C // groups]
        Table of each weight.
    codes : uint8[F, KH, KW, C // groups]
        Weight byte that the multiplier gets: encoded, and tuned where the mapping says so.
    bias : int64[F]
        All constants: bias, bias update, constant cross terms of the encoding.
    sum_factor : int64[F]
        Exact cross term: factor of the sum of the window's activation codes.
    variate : Variate or None
    """

    tables: tuple[NDArray[np.int32], ...]
    factors: tuple[Factors | None, ...]
    names: tuple[str, ...]
    choice: NDArray[np.uint8]
    codes: NDArray[np.uint8]
    bias: NDArray[np.int64]
    sum_factor: NDArray[np.int64]
    variate: Variate | None = None


def products_of(
    layer: Convolution, mapping: LayerMapping, zero_point: int, highest: int = 255
) -> Products:
    """Resolve ``mapping`` for ``layer``.

    Parameters
    ----------
    layer : Convolution
    mapping : LayerMapping
    zero_point : int
        Stored code of the input's zero.
    highest : int
        Largest stored code that the input can hold: narrow multipliers are admitted up to it.
        See :func:`hwgen.network.limits.highest_code`.

    Raises
    ------
    SpecError
        The mapping does not fit the layer: counts, indices, or operands too narrow for its
        codes.
    """
    try:
        return _resolved(layer, mapping, zero_point, max(zero_point, highest))
    except SpecError as error:
        raise SpecError(f"mapping layer {layer.name}: {error}") from error


def _resolved(layer: Convolution, mapping: LayerMapping, zero_point: int, highest: int) -> Products:
    multiplier = find(mapping.multiplier)  # the others take the same operands
    a_kind, w_kind = multiplier.a_kind, multiplier.w_kind
    _check_widths(mapping.multiplier, multiplier)
    if highest >= 1 << a_kind.width:
        raise SpecError(
            f"multiplier {mapping.multiplier} must take activations up to code {highest}, "
            f"but {a_kind.name} ends at {(1 << a_kind.width) - 1}"
        )
    weights = layer.weights
    if mapping.tuned_weights is not None:
        weights = mapping.tuned_weights.codes(weights.shape)
    choices, choice = mapping.resolve(layer.centred_weights)
    bias, sum_factor = _constants(layer, multiplier, zero_point)
    if mapping.bias_update:
        _check_count("bias_update", mapping.bias_update, len(bias))
        bias = bias + np.array(mapping.bias_update, dtype=np.int64)
    return Products(
        tables=tuple(_table(find(x.multiplier), x.mode) for x in choices),
        factors=tuple(_factors(find(x.multiplier), x.mode) for x in choices),
        names=tuple(f"{x.multiplier} mode {x.mode}" for x in choices),
        choice=choice,
        codes=_encoded(mapping.multiplier, w_kind, weights),
        bias=bias,
        sum_factor=sum_factor,
        variate=_variate(mapping, a_kind, len(bias)),
    )


def activation_offset(kind: OperandKind) -> int:
    """What is taken from a stored activation code before a multiplier of ``kind`` sees it."""
    return 1 << (kind.width - 1) if kind.signed else 0


def weight_offset(kind: OperandKind) -> int:
    """What is added to a stored weight code before a multiplier of ``kind`` sees it."""
    return 0 if kind.signed else 1 << (kind.width - 1)


def _constants(
    layer: Convolution, multiplier: Multiplier, zero_point: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Bias with the constant cross terms, and the factor of the sum of stored activations.

    With encoded operands ``a' = a - oa`` and ``w' = w + ow``, ``sum (a - za) * (w - zw)`` is
    ``sum a' * w' - zw' * sum a' - za' * sum w' + K * za' * zw'``; only the first sum is
    approximated. The rest always speaks of the original weights.
    """
    shift_a, shift_w = activation_offset(multiplier.a_kind), weight_offset(multiplier.w_kind)
    zero_a = zero_point - shift_a
    zero_w = np.array(layer.weight_zero_points or (0,) * len(layer.weights), dtype=np.int64)
    zero_w += shift_w
    sums_w = layer.weights.sum(axis=(1, 2, 3), dtype=np.int64) + shift_w * layer.fan_in
    bias = layer.bias - zero_a * sums_w + layer.fan_in * zero_point * zero_w
    return bias.astype(np.int64), -zero_w


def _encoded(name: str, kind: OperandKind, weights: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Weight bytes as a multiplier of ``kind`` gets them."""
    half = 1 << (kind.width - 1)
    low, high = int(weights.min()), int(weights.max())
    if low < -half or high >= half:
        raise SpecError(
            f"multiplier {name} must take weights of codes {low} to {high}, "
            f"but {kind.name} holds {-half} to {half - 1}"
        )
    return kind.encode(weights.astype(np.int64) + weight_offset(kind)).astype(np.uint8)


def _variate(mapping: LayerMapping, kind: OperandKind, filters: int) -> Variate | None:
    found = mapping.control_variate
    if found is None:
        return None
    _check_count("control_variate factors", found.factors, filters)
    x = np.zeros(256, np.int32)
    x[: 1 << kind.width] = found.of_codes(kind)[_by_stored_code(kind)]
    return Variate(x=x, factor=np.array(found.factors, dtype=np.int64), fraction=found.fraction)


def _check_count(name: str, values: tuple[int, ...], count: int) -> None:
    if len(values) != count:
        raise SpecError(f"{name} must hold {count} values, not {len(values)}")


def _check_widths(name: str, multiplier: Multiplier) -> None:
    for role, kind in (("activation", multiplier.a_kind), ("weight", multiplier.w_kind)):
        if kind.width not in _WIDTHS:
            raise SpecError(f"multiplier {name} must take {role}s of 4 to 8 bits, not {kind.name}")


def _by_stored_code(kind: OperandKind) -> NDArray[np.int64]:
    """Raw code of ``kind`` for every stored activation code that it can hold."""
    return kind.encode(np.arange(1 << kind.width) - activation_offset(kind))


@cache
def _table(multiplier: Multiplier, mode: int) -> NDArray[np.int32]:
    if multiplier.a_kind == U8 and multiplier.w_kind.width == 8:
        return multiplier.table(mode)
    narrow = multiplier.table(mode)[_by_stored_code(multiplier.a_kind)]
    table = np.zeros((256, 256), np.int32)
    table[: narrow.shape[0], : narrow.shape[1]] = narrow
    table.setflags(write=False)
    return table


@cache
def _factors(multiplier: Multiplier, mode: int) -> Factors | None:
    found = multiplier.factors(mode)
    if found is None:
        return None
    u, v = found
    left, right = np.zeros((len(u), 256), np.int32), np.zeros((len(v), 256), np.int32)
    left[:, : u.shape[1]] = u[:, _by_stored_code(multiplier.a_kind)]
    right[:, : v.shape[1]] = v
    left.setflags(write=False)
    right.setflags(write=False)
    return left, right
