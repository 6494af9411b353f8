"""What is fed into a multiplier's ports: the codes of a trace, in its own operand kinds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.edge import Edge
from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import S8, U8, OperandKind
from hwgen.errors import SpecError
from hwgen.network.transitions import Transitions

__all__ = [
    "UNIFORM_SAMPLES",
    "Codes",
    "Encoding",
    "check_operands",
    "port_codes",
    "uniform_transitions",
]

UNIFORM_SAMPLES = 4096

Codes = dict[str, NDArray[np.int64]]  # raw codes of every port, by its name


def uniform_transitions(samples: int = UNIFORM_SAMPLES, seed: int = 0) -> Transitions:
    """Uniform random activations, each past a uniform random weight that stays."""
    rng = np.random.default_rng(seed)
    before, a = rng.integers(0, 256, (2, samples), dtype=np.uint8)
    w = rng.integers(-128, 128, samples, dtype=np.int8)
    return Transitions(before, w, a, w)


def check_operands(name: str, multiplier: Multiplier) -> None:
    """Raise :exc:`SpecError` for a multiplier whose operands hold more than 8 bits."""
    kinds = (multiplier.a_kind, multiplier.w_kind)
    if max(kind.width for kind in kinds) > 8:
        raise SpecError(
            f"multiplier {name} must take operands of at most 8 bits to be characterized, "
            f"not {kinds[0].name} and {kinds[1].name}"
        )


def port_codes(
    multiplier: Multiplier, mode: int, traces: Sequence[Transitions]
) -> tuple[Codes, Codes]:
    """Raw codes of the ports before and after every transition of all traces.

    A trace holds u8 activations and s8 weights. Every multiplier is fed with the same trace,
    re-encoded as a layer that uses it would be: signed activations are ``code - 128``,
    unsigned weights ``code + 128``. Of an operand of fewer than 8 bits these are the top bits:
    uniform operands stay uniform, and those of a network are rounded down, once, in front of
    the multiplier.
    """

    def ports(a: list[NDArray[np.uint8]], w: list[NDArray[np.int8]]) -> Codes:
        activations = _encoded(np.concatenate(a), U8, multiplier.a_kind)
        weights = _encoded(np.concatenate(w), S8, multiplier.w_kind)
        return {"a": activations, "w": weights, "mode": np.full_like(activations, mode)}

    return (
        ports([x.a_before for x in traces], [x.w_before for x in traces]),
        ports([x.a for x in traces], [x.w for x in traces]),
    )


def _encoded(
    values: NDArray[np.integer], given: OperandKind, kind: OperandKind
) -> NDArray[np.int64]:
    """Top bits of values of one kind of 8 bits, as raw codes of another one's sign."""
    low = -128 if kind.signed else 0
    return kind.encode(values.astype(np.int64) - given.low + low >> 8 - kind.width)


@dataclass(frozen=True)
class Encoding:
    """How stored codes reach the ports of a multiplier when a network's layer runs on it.

    Unlike in :func:`port_codes`, a narrow multiplier gets codes as they are, where they fit:
    so a mapping means it.

    Parameters
    ----------
    multiplier : Multiplier
    at_edge : bool
        Whether the array's edge shortens activations, and elements hold the narrow core.
    """

    multiplier: Multiplier
    at_edge: bool = False

    @property
    def circuit(self) -> Multiplier:
        """What an element holds."""
        return self.edge.core if self.at_edge else self.multiplier

    @property
    def edge(self) -> Edge:
        """Of the multiplier; :exc:`SpecError` where it has none."""
        if self.multiplier.edge is None:
            raise SpecError(
                f"multiplier must shorten activations first to be at the edge, "
                f"not {self.multiplier}"
            )
        return self.multiplier.edge

    def activations(self, codes: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Raw codes at port ``a`` of stored ones; -1 where the multiplier does not take them."""
        found = _fitting(codes.astype(np.int64), self.multiplier.a_kind, -1)
        if not self.at_edge:
            return found
        transform = self.edge.transform
        short = transform.compute(transform.kind.decode(found))
        return np.where(found < 0, -1, transform.core_kind.encode(short))

    def weights(self, codes: NDArray[np.int8]) -> NDArray[np.int64]:
        """Raw codes at port ``w`` of stored ones; -1 where the multiplier does not take them."""
        return _fitting(codes.astype(np.int64), self.multiplier.w_kind, 1)


def _fitting(values: NDArray[np.int64], kind: OperandKind, offset: int) -> NDArray[np.int64]:
    """Raw codes of values, moved by half a kind where its sign is not that of what is stored."""
    is_moved = kind.signed == (offset < 0)
    moved = values + (offset << kind.width - 1 if is_moved else 0)
    fits = (moved >= kind.low) & (moved <= kind.high)
    return np.where(fits, kind.encode(np.where(fits, moved, 0)), -1)
