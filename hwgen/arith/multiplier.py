"""What every multiplier promises: one definition, and a circuit that equals it."""

from abc import ABC, abstractmethod
from functools import cache

import numpy as np
from amaranth.hdl import Shape, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2
from numpy.typing import ArrayLike, NDArray

from hwgen.arith.edge import Edge
from hwgen.arith.operand import OperandKind
from hwgen.errors import SpecError

__all__ = ["Multiplier", "MultiplierCircuit"]


LARGEST_TABLE = 20  # operand bits: 4 MiB per mode


class Multiplier(ABC):
    """One multiplier: its parameters, its meaning, its circuit.

    Subclasses are frozen dataclasses, so equal parameters are equal multipliers and a
    multiplier can key a cache. :meth:`compute` is the definition; the circuit of
    :meth:`create` must agree with it on every operand pair of every mode.

    ``a`` is the activation and ``w`` the weight. Mode 0 is the most accurate one.
    """

    a_kind: OperandKind
    w_kind: OperandKind

    @property
    def modes(self) -> tuple[str, ...]:
        """Names of the modes, mode 0 first. A multiplier that cannot be switched has one."""
        return ("fixed",)

    @property
    def mode_width(self) -> int:
        """Bits that select the mode: 0 when there is only one."""
        return ceil_log2(len(self.modes))

    @abstractmethod
    def compute(self, a: ArrayLike, w: ArrayLike, mode: int = 0) -> NDArray[np.int64]:
        """Product of ``a`` and ``w`` as the circuit computes it.

        ``a`` and ``w`` hold values (not raw codes) within :attr:`a_kind` and
        :attr:`w_kind`; they are ints or integer arrays and broadcast together.
        """

    @abstractmethod
    def create(self, stages: int = 0) -> "MultiplierCircuit":
        """A fresh circuit of this multiplier.

        Parameters
        ----------
        stages : int
            Cycles from the operands to their product: 0 (combinational) or more. A tree of
            adders has its registers inside, other circuits behind the product.
        """

    def table(self, mode: int = 0) -> NDArray[np.int32]:
        """Products of all operand pairs, indexed by raw codes ``[a, w]``. Read-only."""
        return _table(self, mode)

    @property
    def product_kind(self) -> OperandKind:
        """Narrowest kind that holds every product of every mode."""
        return _product_kind(self)

    def factors(self, mode: int = 0) -> tuple[NDArray[np.int32], NDArray[np.int32]] | None:
        """Integer factors ``(u, v)`` with ``table == u.T @ v``, when known by construction.

        ``u`` has shape ``(rank, 2**a_kind.width)`` and ``v`` ``(rank, 2**w_kind.width)``.
        Fast emulation turns a layer into ``rank`` matrix products with them.
        """
        return None

    @property
    def edge(self) -> Edge | None:
        """What an array may do once per row in front of its multipliers, and what is left.

        None for a multiplier that does not shorten its activation first, does so in some modes
        only, or has fewer than 4 bits left.
        """
        return None


@cache
def _table(multiplier: Multiplier, mode: int) -> NDArray[np.int32]:
    bits = multiplier.a_kind.width + multiplier.w_kind.width
    if bits > LARGEST_TABLE:
        raise SpecError(
            f"{type(multiplier).__name__} operands must have at most {LARGEST_TABLE} bits "
            f"together to be tabulated, not {bits}"
        )
    products = multiplier.compute(
        multiplier.a_kind.values[:, None], multiplier.w_kind.values[None, :], mode
    )
    table = np.broadcast_to(
        products, (1 << multiplier.a_kind.width, 1 << multiplier.w_kind.width)
    ).astype(np.int32)
    table.setflags(write=False)
    return table


@cache
def _product_kind(multiplier: Multiplier) -> OperandKind:
    tables = [multiplier.table(mode) for mode in range(len(multiplier.modes))]
    return OperandKind.holding(
        min(int(table.min()) for table in tables), max(int(table.max()) for table in tables)
    )


class MultiplierCircuit(wiring.Component):
    """Circuit of a :class:`Multiplier`.

    No flow control: operands may enter every cycle.

    Latency, in cycles: ``stages``. Weight and mode are taken with the activation beside them,
    so changing them does not disturb a product that is under way.

    Parameters
    ----------
    multiplier : Multiplier
    stages : int
        0 or more.

    Members
    -------
    a : In(a_kind)
        Activation.
    w : In(w_kind)
        Weight.
    mode : In(mode_width)
        Mode of this product. Absent when the multiplier has one mode.
    p : Out(product_kind)
        Product.
    """

    def __init__(self, multiplier: Multiplier, stages: int = 0) -> None:
        self.multiplier = multiplier
        self.stages = stages
        product = multiplier.product_kind
        members = {
            "a": In(Shape(multiplier.a_kind.width, multiplier.a_kind.signed)),
            "w": In(Shape(multiplier.w_kind.width, multiplier.w_kind.signed)),
            "p": Out(Shape(product.width, product.signed)),
        }
        if multiplier.mode_width:
            members["mode"] = In(unsigned(multiplier.mode_width))
        super().__init__(members)
