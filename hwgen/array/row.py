"""One row of the array: elements side by side."""

from amaranth.hdl import Module, Shape, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hwgen.array.kinds import labels_of
from hwgen.array.pe import ProcessingElement
from hwgen.emission import place

__all__ = ["PeRow"]


class PeRow(wiring.Component):
    """Row of processing elements, one per column.

    Latency, in cycles: those of :class:`ProcessingElement`; column ``c`` works ``c`` cycles
    after column 0.

    Parameters
    ----------
    columns : Columns
        What the elements are.
    rows : int
        Rows of the array.
    stages : int
        Registers in every multiplier.
    diagonal, column_enable, enabled : bool
        Whether there are ``diagonal``, ``column_enable``, ``enable``.
    labels : dict of ColumnKind to str, optional
        What the names of the modules of each kind end in.

    Members
    -------
    a, valid, swap : In
        Activation code, whether it counts, and the swap of weights, into column 0.
    diagonal, on_diagonal : In
        Whether the activation counts on the diagonal only, and which columns are there.
    column_enable : In(cols)
        Columns in use; activations do not travel beyond them.
    enable : In(1)
        Clock enable.
    weight, load : In
        Codes with modes above, one per column, and the strobe that stores them.
    total : In, one per column
        Sums from the north.
    total_south : Out, one per column
        Sums to the south.
    a_east, valid_east, diagonal_east : Out
        What leaves the element in column ``min(rows, cols) - 1``. Only with ``diagonal``.
    """

    def __init__(
        self,
        columns,
        *,
        rows,
        stages=0,
        diagonal=False,
        column_enable=False,
        enabled=False,
        labels=None,
    ):
        self.columns = columns
        self.rows = rows
        self.stages = stages
        self.has_diagonal = diagonal
        self.has_column_enable = column_enable
        self.enabled = enabled
        self._labels = labels or labels_of(columns)
        kind = columns.total_kind
        total = Shape(kind.width, kind.signed)
        activation = unsigned(columns.a_kind.width)
        members = {
            "a": In(activation),
            "valid": In(1),
            "swap": In(1),
            "weight": In(columns.weight_width).array(len(columns)),
            "load": In(1),
            "total": In(total).array(len(columns)),
            "total_south": Out(total).array(len(columns)),
        }
        if diagonal:
            members |= {"diagonal": In(1), "on_diagonal": In(len(columns))}
            members |= {"a_east": Out(activation), "valid_east": Out(1), "diagonal_east": Out(1)}
        if column_enable:
            members["column_enable"] = In(len(columns))
        if enabled:
            members["enable"] = In(1)
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        last = min(self.rows, len(self.columns)) - 1  # column of the diagonal
        a, valid, swap = self.a, self.valid, self.swap
        diagonal = self.diagonal if self.has_diagonal else 0
        for col, kind in enumerate(self.columns):
            pe = self._place_pe(m, platform, col, kind)
            if self.has_column_enable:
                valid = valid & self.column_enable[col]
            m.d.comb += [
                pe.a.eq(a),
                pe.valid.eq(valid),
                pe.swap.eq(swap),
                pe.weight.eq(self.weight[col]),
                pe.load.eq(self.load),
                pe.total.eq(self.total[col]),
                self.total_south[col].eq(pe.total_south),
            ]
            a, valid, swap = pe.a_east, pe.valid_east, pe.swap_east
            if self.has_diagonal:
                m.d.comb += [pe.diagonal.eq(diagonal), pe.on_diagonal.eq(self.on_diagonal[col])]
                diagonal = pe.diagonal_east
                if col == last:
                    m.d.comb += [
                        self.a_east.eq(a),
                        self.valid_east.eq(valid),
                        self.diagonal_east.eq(diagonal),
                    ]
            if self.enabled:
                m.d.comb += pe.enable.eq(self.enable)
        return m

    def _place_pe(self, m, platform, col, kind):
        label = self._labels[kind]
        pe = ProcessingElement(
            kind.multiplier,
            rows=self.rows,
            stages=self.stages,
            total_kind=kind.total,
            diagonal=self.has_diagonal,
            enabled=self.enabled,
            label=label,
        )
        return place(m, platform, f"pe_{col}", pe, module=f"pe{label}")
