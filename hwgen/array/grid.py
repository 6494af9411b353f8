"""The weight-stationary systolic array."""

from amaranth.hdl import Module, Shape, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from hwgen.array.pe import ProcessingElement, column_kind
from hwgen.array.skew import ActivationSkew
from hwgen.array.sum_column import SumElement
from hwgen.emission import place

__all__ = ["SystolicArray"]


class SystolicArray(wiring.Component):
    """Weight-stationary grid: each column sums ``rows`` products of one filter.

    No flow control: a position may enter every cycle, and ``valid`` marks the rows that
    count. ``swap`` comes one cycle before the first position of a new block. A row's shadow
    weights must be loaded before the swap enters that row, and may be loaded anew from
    ``cols - 1`` cycles after it. Loaded one row per cycle, blocks may follow each other after
    ``max(rows, cols)`` cycles.

    Latency, in cycles: ``rows + c`` from the activations to ``total[c]``; ``rows`` to
    ``activation_total``.

    Parameters
    ----------
    multiplier : Multiplier
        Multiplier of every element.
    rows, cols : int
        Size of the grid.
    sum_column : bool
        Whether activations are summed, too: needed where weight codes have a zero point.

    Members
    -------
    a : In(unsigned), one per row
        Activation codes of one position.
    valid : In(1), one per row
        Row enables: which activations count.
    swap : In(1)
        Make the loaded weights active from the next cycle on.
    column_enable : In(cols)
        Columns in use; activations do not travel beyond them.
    weight : In, one per column
        Codes, with the mode above, of one row of weights.
    load : In(rows)
        Strobe per row: store ``weight`` there.
    total : Out, one per column
        Column sums.
    activation_total : Out
        Sum of the activations. Only with ``sum_column``.
    """

    def __init__(self, multiplier, *, rows, cols, sum_column):
        self.multiplier = multiplier
        self.rows = rows
        self.cols = cols
        self.sum_column = sum_column
        kind = column_kind(multiplier, rows)
        width = multiplier.a_kind.width
        members = {
            "a": In(unsigned(width)).array(rows),
            "valid": In(1).array(rows),
            "swap": In(1),
            "column_enable": In(cols),
            "weight": In(multiplier.w_kind.width + multiplier.mode_width).array(cols),
            "load": In(rows),
            "total": Out(Shape(kind.width, kind.signed)).array(cols),
        }
        if sum_column:
            members["activation_total"] = Out(unsigned(width + ceil_log2(rows)))
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        width = self.multiplier.a_kind.width

        skew = place(m, platform, "skew", ActivationSkew(width=width, rows=self.rows))
        m.d.comb += skew.swap.eq(self.swap)
        for row in range(self.rows):
            m.d.comb += [skew.a[row].eq(self.a[row]), skew.valid[row].eq(self.valid[row])]

        grid = [
            [
                place(
                    m,
                    platform,
                    f"pe_{row}_{col}",
                    ProcessingElement(self.multiplier, rows=self.rows),
                    module="pe",
                )
                for col in range(self.cols)
            ]
            for row in range(self.rows)
        ]
        for row in range(self.rows):
            a, valid, swap = skew.a_east[row], skew.valid_east[row], skew.swap_east[row]
            for col in range(self.cols):
                pe = grid[row][col]
                m.d.comb += [
                    pe.a.eq(a),
                    pe.valid.eq(valid & self.column_enable[col]),
                    pe.swap.eq(swap),
                    pe.weight.eq(self.weight[col]),
                    pe.load.eq(self.load[row]),
                    pe.total.eq(grid[row - 1][col].total_south if row else 0),
                ]
                a, valid, swap = pe.a_east, pe.valid_east, pe.swap_east
        for col in range(self.cols):
            m.d.comb += self.total[col].eq(grid[-1][col].total_south)

        if self.sum_column:
            total = 0
            for row in range(self.rows):
                element = place(m, platform, f"sum_{row}", SumElement(width=width, rows=self.rows))
                m.d.comb += [
                    element.a.eq(skew.a_east[row]),
                    element.valid.eq(skew.valid_east[row]),
                    element.total.eq(total),
                ]
                total = element.total_south
            m.d.comb += self.activation_total.eq(total)

        return m
