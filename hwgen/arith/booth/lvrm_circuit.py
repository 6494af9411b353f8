"""Circuit of Booth rows whose low columns can be switched off."""

from amaranth.hdl import Module

from hwgen.arith.circuits.compressor import BitColumns
from hwgen.arith.circuits.mode_decoder import ModeDecoder
from hwgen.arith.circuits.optional_gates import and_gate, extended_bit, not_gate, or_gate, xor_gate
from hwgen.arith.circuits.prefix_adder import prefix_sum
from hwgen.arith.multiplier import MultiplierCircuit

__all__ = ["LvrmCircuit"]

# Order in which the tree takes the rows. Of all orders, u8 x s8 was in these no slower than
# ExactBooth and, with the fast adder, than Exact, in three technologies.
_ROWS = {False: (0, 3, 2, 1, 4), True: (0, 2, 3, 1, 4)}


class LvrmCircuit(MultiplierCircuit):
    """Digit encoders, switches on their outputs, rows, Dadda tree.

    The switches are at the select lines of a row's low bits, not at the bits: a line depends on
    the weight and the mode alone, so while both are at rest neither the switch nor what it
    silences toggles, and what remains of a negative row is a constant.

    The lowest bit of a row needs no XOR: with ``y`` the row and ``n`` its sign, bit 0 of
    ``(y ^ -n) + n`` is that of ``y``, and ``n & ~y[0]`` is carried into the next column (Yeh
    and Jen, IEEE Trans. Computers 49(7), 2000).

    Parameters
    ----------
    multiplier : Multiplier
        What this is the circuit of.
    cuts : sequence of int
        Per mode, product columns that are switched off.
    fast : bool
        Whether the last adder computes its carries in parallel.
    stages : int
        Cycles from the operands to the product.
    """

    def __init__(self, multiplier, cuts, *, fast, stages=0):
        super().__init__(multiplier, stages)
        self.cuts = cuts
        self.fast = fast

    def elaborate(self, platform):
        m = Module()
        decoder = ModeDecoder(m, self.mode, len(self.cuts))
        columns = BitColumns(len(self.p))
        bits = [extended_bit(self.a, k) for k in range(len(self.a) + (not self.a.shape().signed))]
        # A row is one bit wider than its operand because of the digit 2.
        single, double = [*bits, bits[-1]], [None, *bits]

        count = (len(self.w) + (not self.w.shape().signed) + 1) // 2
        for column in (2 * row for row in _ROWS[self.fast] if row < count):
            # Stage 1: encode the digit, and switch its select lines.
            high, middle, below = (extended_bit(self.w, column + k) for k in (1, 0, -1))
            one = xor_gate(m, middle, below)
            two = and_gate(m, xor_gate(m, high, middle), not_gate(m, one))
            lines = self._switched(decoder, (one, two), column, len(single))

            # Stage 2: the row.
            row = [
                or_gate(m, and_gate(m, one, x), and_gate(m, two, y))
                for (one, two), x, y in zip(lines, single, double, strict=True)
            ]
            if high is not None:
                columns.add(and_gate(m, high, not_gate(m, row[0])), column + 1)
            terms = [row[0], *(xor_gate(m, bit, high) for bit in row[1:])]
            for place, term in enumerate(terms[:-1], start=column):
                if term is not None:
                    columns.add(term, place)
            if terms[-1] is not None:
                columns.subtract(terms[-1], column + len(bits))

        # Stage 3: add.
        m.d.comb += self.p.eq(columns.total(m, prefix_sum if self.fast else None, self.stages))
        return m

    def _switched(self, decoder, selects, column, width):
        """Select lines of every bit of a row; bits that are off in the same modes share them."""
        lines = {}
        chosen = []
        for place in range(column, column + width):
            states = tuple("x" if cut <= place else "0" for cut in self.cuts)
            if states not in lines:
                lines[states] = [decoder.gate(select, states) for select in selects]
            chosen.append(lines[states])
        return chosen
