"""What every multiplier promises: one definition, and a circuit that equals it."""

from abc import ABC, abstractmethod
from functools import cache

import numpy as np
from amaranth.hdl import Shape, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2
from numpy.typing import ArrayLike, NDArray

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
    def create(self) -> "MultiplierCircuit":
        """A fresh combinational circuit of this multiplier."""

    def table(self, mode: int = 0) -> NDArray[np.int32]:
        """Products of all operand pairs, indexed by raw codes ``[a, w]``. Read-only."""
        return _table(self, mode)

    @property
    def product_kind(self) -> OperandKind:
        """Narrowest kind that holds every product of every mode."""
        tables = [self.table(mode) for mode in range(len(self.modes))]
        return OperandKind.holding(
            min(int(table.min()) for table in tables), max(int(table.max()) for table in tables)
        )

    def factors(self, mode: int = 0) -> tuple[NDArray[np.int32], NDArray[np.int32]] | None:
        """Integer factors ``(u, v)`` with ``table == u.T @ v``, when known by construction.

        ``u`` has shape ``(rank, 2**a_kind.width)`` and ``v`` ``(rank, 2**w_kind.width)``.
        Fast emulation turns a layer into ``rank`` matrix products with them.
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


class MultiplierCircuit(wiring.Component):
    """Combinational circuit of a :class:`Multiplier`.

    Members
    -------
    a : In(a_kind)
        Activation.
    w : In(w_kind)
        Weight.
    mode : In(mode_width)
        Mode of this product. Absent when the multiplier has one mode.
    p : Out(product_kind)
        Product, in the same cycle.
    """

    def __init__(self, multiplier: Multiplier) -> None:
        self.multiplier = multiplier
        product = multiplier.product_kind
        members = {
            "a": In(Shape(multiplier.a_kind.width, multiplier.a_kind.signed)),
            "w": In(Shape(multiplier.w_kind.width, multiplier.w_kind.signed)),
            "p": Out(Shape(product.width, product.signed)),
        }
        if multiplier.mode_width:
            members["mode"] = In(unsigned(multiplier.mode_width))
        super().__init__(members)
