"""Circuit of a masked partial-product matrix."""

from amaranth.hdl import Const, Module, Signal

from hwgen.arith.circuits.compressor import BitColumns
from hwgen.arith.circuits.delay import delayed
from hwgen.arith.circuits.mode_decoder import ModeDecoder
from hwgen.arith.multiplier import MultiplierCircuit

__all__ = ["MatrixCircuit"]


class MatrixCircuit(MultiplierCircuit):
    """AND matrix, mode gates where modes differ, Dadda tree.

    Only product bits that some mode can make 1 are instantiated. An operand bit that a mode
    conditions is gated once, before its row or column, which then stands still.

    Parameters
    ----------
    multiplier : Multiplier
        What this is the circuit of.
    plan : tuple of Setting
        One per mode.
    skips_zeros : bool
        Whether a zero operand forces the product to 0.
    stages : int
        Cycles from the operands to the product.
    """

    def __init__(self, multiplier, plan, *, skips_zeros, stages=0):
        super().__init__(multiplier, stages)
        self.plan = plan
        self.skips_zeros = skips_zeros

    def elaborate(self, platform):
        m = Module()
        decoder = ModeDecoder(m, self.mode if len(self.plan) > 1 else None, len(self.plan))
        a_kind, w_kind = self.multiplier.a_kind, self.multiplier.w_kind
        columns = BitColumns(len(self.p))

        # Stage 1: condition the operands.
        a_digits = _digits(decoder, self.a, [setting.a for setting in self.plan])
        w_digits = _digits(decoder, self.w, [setting.w for setting in self.plan])

        # Stage 2: the matrix.
        for i, a_column, a_bit, a_states in a_digits:
            for j, w_column, w_bit, w_states in w_digits:
                product = _conjunction(m, a_bit, w_bit)
                masks = [setting.product_state(i, j) for setting in self.plan]
                states = [_state(*x) for x in zip(a_states, w_states, masks, strict=True)]
                bit = decoder.gate(product, states)
                if bit is None:
                    continue
                column = a_column + w_column
                is_negative = (a_kind.signed and i == a_kind.width - 1) != (
                    w_kind.signed and j == w_kind.width - 1
                )
                if isinstance(bit, Const):
                    columns.constant += (-1 if is_negative else 1) << column
                elif is_negative:
                    columns.subtract(bit, column)
                else:
                    columns.add(bit, column)

        # Stage 3: add.
        for column in range(len(self.p)):
            bit = decoder.gate(Const(1), [_digit(x.constant, column) for x in self.plan])
            if isinstance(bit, Const):
                columns.constant += 1 << column
            elif bit is not None:
                columns.add(bit, column)
        total = columns.total(m, stages=self.stages)
        if self.skips_zeros:
            is_nonzero = Signal()
            m.d.comb += is_nonzero.eq(self.a.any() & self.w.any())
            total = total & delayed(m, is_nonzero, self.stages).replicate(len(total))
        m.d.comb += self.p.eq(total)
        return m


def _digits(decoder, operand, conditionings):
    """Conditioned bits as ``(bit, column, value, state per mode)``.

    A bit that some modes round and others do not makes two digits, of which one is off.
    """
    digits = []
    for bit in range(len(operand)):
        for column in sorted({x.column(bit) for x in conditionings}):
            states = [x.state(bit) if x.column(bit) == column else "off" for x in conditionings]
            value = decoder.gate(operand[bit], [x.replace("off", "0") for x in states])
            digits.append((bit, column, value, states))
    return digits


def _conjunction(m, x, y):
    """Net of ``x & y``; None stands for 0."""
    if x is None or y is None:
        return None
    if isinstance(x, Const):
        return y
    if isinstance(y, Const):
        return x
    net = Signal()
    m.d.comb += net.eq(x & y)
    return net


def _digit(constant, column):
    """Bit of a constant in two's complement: ``0`` or ``1``."""
    return str((constant >> column) & 1)


def _state(a_state, w_state, mask):
    """What the mask must do to a product bit in one mode (``-``: it is 0 already)."""
    if "off" in (a_state, w_state):
        return "-"
    if mask == "1":
        return "1"
    if "0" in (a_state, w_state):
        return "-"
    return mask
