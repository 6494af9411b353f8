"""Single faults of every component of the accelerator, as changes of its source.

``module`` is the Verilog module that is broken, alone among those that its class makes; ``old``
is the one place in the class's file that becomes ``new``.
"""

from typing import NamedTuple

__all__ = ["FAULTS", "Fault"]


class Fault(NamedTuple):
    """A change of one module of the accelerator of a hardware form."""

    form: str
    module: str
    old: str
    new: str


_ARRAY = {
    "mode bit inverted": Fault(
        "weights", "pe", "product.mode.eq(active[width:])", "product.mode.eq(active[width:] ^ 1)"
    ),
    "weight not double-buffered": Fault(
        "weights", "pe", "active.eq(shadow)", "active.eq(self.weight)"
    ),
    "element of an unused row counts": Fault(
        "ranges", "pe", "Mux(self._counts(m), product.p, 0)", "product.p"
    ),
    "elements off the diagonal count": Fault("weights", "pe", "self.on_diagonal | ~(", "1 | ~("),
    "edge truncates instead of rounding": Fault(
        "edge", "edge_row", "value + self.transform.half", "value"
    ),
    "range without its lower bound": Fault(
        "ranges", "range_modes_circuit", "(low <= value)", "(low < value)"
    ),
    "last range first": Fault("ranges", "range_modes_circuit", "reversed(ranges)", "ranges"),
    "swap of a tile without activations": Fault(
        "tiles", "tiles", "is_loaded & self.swap.replicate", "is_fed & ~self.swap.replicate"
    ),
    "weights into the wrong tile": Fault(
        "tiles", "tiles", "self.load & is_loaded.replicate(", "self.load & ~is_loaded.replicate("
    ),
    "tile stopped too early": Fault("tiles", "tiles", "left.eq(flight)", "left.eq(2)"),
    "sum column with rows that do not count": Fault(
        "weights", "sum_element", "Mux(self.valid, self.a, 0)", "self.a"
    ),
    "x of all bits": Fault("weights", "variate_element", "low.any()", "low.all()"),
    "diagonal's activation off by one": Fault(
        "weights", "diagonal_lanes", "line.a_east ^ lowest, 0)", "line.a_east ^ lowest ^ 1, 0)"
    ),
    "skew too short": Fault(
        "weights", "activation_delay_2", "range(self.depth)", "range(self.depth - 1)"
    ),
}
_MEMORY = {
    "carry at 0 when stepping back": Fault("weights", "lane", "plain < 0", "plain <= 0"),
    "carry beyond the end of a kernel line": Fault(
        "weights", "lane", "carried >= 0", "carried > 0"
    ),
    "a kernel line too many": Fault(
        "weights", "lane", "(ky < self.kernel_lines)", "(ky <= self.kernel_lines)"
    ),
    "a byte behind a line": Fault(
        "weights", "lane", "as_unsigned() < self.line_bytes", "as_unsigned() <= self.line_bytes"
    ),
    "lanes set a tap too early": Fault(
        "weights", "lanes", "q + 1 == self.wrap", "q + 2 == self.wrap"
    ),
    "lines begin where the last one ended": Fault(
        "ranges", "positions", "self.byte.eq(line_byte)", "self.byte.eq(self.byte)"
    ),
    "no spacing": Fault("columns", "positions", "wait + 1 == spacing", "(wait + 1 == spacing) | 1"),
    "padding reads memory": Fault(
        "ranges",
        "fetch",
        "Mux(inside, self.read_data[number], self.padding)",
        "self.read_data[number]",
    ),
    "swap with every position": Fault(
        "ranges", "fetch", "late[0].valid & late[0].first &", "late[0].valid &"
    ),
    "rows rotated the other way": Fault(
        "edge", "rotator_rows", "words[(k + (1 << bit))", "words[(k - (1 << bit))"
    ),
    "beat read from one row": Fault(
        "edge", "activation_banks", "Mux(index < first, next_row, row)", "row"
    ),
    "run written into one row": Fault(
        "edge", "run_writer", "Mux(bank < first, next_row, row)", "row"
    ),
    "bytes scattered to the next bank": Fault(
        "columns", "scatter_writer", "(address[:bits] == bank)", "(address[:bits] == bank ^ 1)"
    ),
    "accumulator forgets the last update": Fault(
        "weights", "memory_accumulators_32", "[write] if self.transparent else []", "[]"
    ),
}
_VECTOR = {
    "accumulator subtracts": Fault("tiles", "accumulator", "old + self.data", "old - self.data"),
    "minimum": Fault("tiles", "accumulator", "Mux(old > self.data", "Mux(old < self.data"),
    "positions of a pass not counted anew": Fault(
        "tiles", "chain_head", "Mux(token.first, 0, position)", "position"
    ),
    "zero point added": Fault("columns", "byte_skew", "a - self.offset", "a + self.offset"),
    "bytes not skewed": Fault(
        "columns", "byte_skew", "eq(late[:width])", "eq(waiting[width : 2 * width])"
    ),
    "own sum left out on the diagonal": Fault("weights", "column_lane", "value + product", "value"),
    "scaling of the next filter": Fault(
        "weights",
        "column_lane",
        "with m.If(self.load_rescale):",
        "with m.If(now.valid & now.work.load):",
    ),
    "control variate truncated": Fault("weights", "mac_plus", "(scaled + half)", "scaled"),
    "bias left out": Fault("tiles", "mac_plus", "self.sum + correction.bias", "self.sum"),
    "factor of the filter before": Fault(
        "weights", "column_lane", "Mux(loading.any(),", "Mux(loading.any() & 0,"
    ),
    "sum of activations a position early": Fault(
        "weights",
        "sum_lane_of_activations",
        "accumulator.data.eq(total)",
        "accumulator.data.eq(self.total)",
    ),
    "codes not aligned": Fault(
        "columns", "deskew", "lines[self.cols - 1 - col]", "lines[max(self.cols - 2 - col, 0)]"
    ),
    "first rounding left out": Fault("edge", "requantizer", "product + (1 << 30)", "product"),
    "ties up": Fault("edge", "requantizer", "(rest | tie_up)", "(rest | 1)"),
    "no upper bound": Fault("edge", "requantizer", "moved > self.high", "moved > 255"),
    "always the first column": Fault(
        "columns", "scaler", "self.sum, self.select)", "self.sum, self.select & 1)"
    ),
    "corrected with what the next column has": Fault(
        "columns", "scaler", "self.correction, self.correcting)", "self.correction, self.select)"
    ),
    "scaled with what a later column has": Fault(
        "columns", "scaler", "self.rescale, self.scaling)", "self.rescale, self.correcting)"
    ),
    "no sum of x on the diagonal": Fault(
        "weights", "scaler", "Mux(self.diagonal, own, self.variate_sum)", "self.variate_sum"
    ),
    "target lines run on": Fault("ranges", "target_walker", "m.Elif(ended)", "m.Elif(ended & 0)"),
    "a column too many": Fault(
        "ranges", "run_target", "work.final & (col < columns)", "work.final & (col <= columns)"
    ),
    "column without a filter writes": Fault(
        "columns", "scatter_target", "(col < columns) & ~channel.all()", "(col < columns)"
    ),
    "busy only for a cycle": Fault(
        "tiles", "vector_unit", "left.eq(self.latency + 1)", "left.eq(1)"
    ),
}
_CONTROL = {
    "weights loaded before the last swap": Fault(
        "ranges", "weight_loader", "self.ahead + self.cols - 1", "1"
    ),
    "a word for all rows": Fault("ranges", "weight_loader", "(~job.diagonal | row[-1])", "row[-1]"),
    "first pass adds": Fault("edge", "passes", "Mux(is_first, Update.SET,", "Mux(0, Update.SET,"),
    "sum read too early": Fault("edge", "passes", "rest.eq(self.gap - 1)", "rest.eq(0)"),
    "groups overlap": Fault(
        "edge", "passes", "first.eq(first + size)", "first.eq(first + size - 1)"
    ),
    "moved lines on one place": Fault(
        "tiles", "mover", "start.eq(start + layer.target_line_step)", "start.eq(start)"
    ),
    "parameters overwritten": Fault("columns", "parameter_feed", "(~shown | self.taken)", "1"),
    "the same descriptor again": Fault(
        "columns",
        "descriptor_fetch",
        "address.eq(address + DESCRIPTOR_BYTES)",
        "address.eq(address)",
    ),
    "weights from the start of memory": Fault(
        "columns", "dispatch", "self.base + layer.weights", "layer.weights"
    ),
    "right spacing refused": Fault(
        "weights", "descriptor_check", "layer.spacing < spec.cols", "layer.spacing <= spec.cols"
    ),
    "next layer before the last codes are written": Fault(
        "edge", "executor", "(settle == 0) & ~self.vector_busy", "(settle == 0)"
    ),
    "cycles of another cause": Fault(
        "edge", "executor", 'cause("pooling").eq(~multiplies)', 'cause("pooling").eq(multiplies)'
    ),
    "counters of all descriptors in one place": Fault(
        "edge", "counters", "entry * _STRIDE + word", "word"
    ),
}
_BUS = {
    "answers to the wrong reader": Fault(
        "tiles", "axi_read_arbiter", "self.m_axi_rid == number", "self.m_axi_rid == number ^ 1"
    ),
    "last burst too short": Fault(
        "tiles", "burst_cutter_32_32_64x16", "left <= room", "left < room"
    ),
    "a byte less than comes": Fault(
        "weights", "unpacker_of_weights", "(come.end + 1) << 3", "come.end << 3"
    ),
    "queue overflows": Fault("weights", "stream_fifo_31x6", "self.level != self.depth", "1"),
    "rest of a run forgotten": Fault(
        "edge", "beat_aligner_64_1", "come.end >= come.offset", "come.end > come.offset"
    ),
    "a beat too many": Fault(
        "edge", "write_beats_64x16_1", "burst.offset > burst.end", "burst.offset >= burst.end"
    ),
    "bytes behind a run written": Fault(
        "ranges", "write_beats_128x16_1", "upper = Mux(closes,", "upper = Mux(0,"
    ),
    "start does not stay": Fault(
        "tiles",
        "register_file",
        "value | (data[bits] & ones[bits])",
        "value & (data[bits] & ones[bits])",
    ),
    "end before memory has answered": Fault(
        "weights", "axi_writer", "~cutter.burst.valid & (pending == 0)", "~cutter.burst.valid"
    ),
}
FAULTS = _ARRAY | _MEMORY | _VECTOR | _CONTROL | _BUS
