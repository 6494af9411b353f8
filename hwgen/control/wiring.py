"""How the parts that compute are connected: passes, lanes, array, columns, banks.

``parts`` holds the accelerator's components by name, and its ``spec``.
"""

from hwgen.spec.program import Operation

__all__ = ["connect_array", "connect_banks", "connect_passes", "connect_vector"]


def connect_passes(m, parts):
    """When each pass begins, and where it reads."""
    executor, passes, fetch, loader = parts.executor, parts.passes, parts.fetch, parts.loader
    layer = executor.layer
    m.d.comb += [
        passes.layer.eq(layer),
        passes.begin.eq(executor.begin_passes),
        passes.weights_ready.eq(parts.loader.ready),
        passes.parameters_ready.eq(parts.parameters.ready),
        passes.ready.eq(fetch.ready),
        parts.loader.take.eq(passes.take_weights),
        parts.parameters.claim.eq(passes.claim),
        executor.passes_done.eq(passes.done),
        executor.walking.eq(passes.walking),
        executor.waits_weights.eq(passes.waits_weights),
        executor.weights_exhausted.eq(
            (passes.take_weights & loader.last & ~passes.last)
            | (passes.waits_weights & loader.short)
        ),
        executor.weights_left.eq(passes.take_weights & ~loader.last & passes.last),
        executor.lanes_ready.eq(fetch.set_ready),
        executor.vector_busy.eq(parts.vector.busy),
        executor.move_done.eq(parts.mover.done),
        parts.mover.layer.eq(layer),
        parts.mover.begin.eq(executor.begin_move),
        parts.mover.written.eq(parts.writer.idle),
        fetch.set.eq(executor.set_lanes),
        fetch.start.eq(passes.start),
        fetch.diagonal.eq(passes.diagonal_out),
        fetch.padding.eq(layer.fill),
    ]
    for name in (
        *("work", "count", "subtract", "step", "back", "step_q", "step_ky", "step_offset"),
        *("spacing", "origin_address", "origin_line", "origin_byte"),
        *("column_step", "line_step_bytes"),
    ):
        m.d.comb += getattr(fetch, name).eq(getattr(passes, name))
    for name in (
        *("height", "width", "line_step", "in_lines", "line_bytes"),
        *("kernel_lines", "segment", "wrap", "wrap_offset"),
    ):
        m.d.comb += getattr(fetch, name).eq(layer[name])


def connect_array(m, parts):
    """Activations and weights into the array."""
    array, fetch, loader = parts.array, parts.fetch, parts.loader
    layer = parts.executor.layer
    kind = parts.spec.arithmetic[0].a_kind
    lowest = 1 << (kind.width - 1) if kind.signed else 0
    for row in range(parts.spec.rows):
        m.d.comb += [
            array.a[row].eq(fetch.a[row][: kind.width] ^ lowest),
            array.valid[row].eq(fetch.valid[row]),
        ]
    m.d.comb += [
        array.swap.eq(fetch.swap),
        array.diagonal.eq(fetch.diagonal_out),
        array.load.eq(loader.load),
        *(x.eq(y) for x, y in zip(array.weight, loader.weight, strict=True)),
    ]
    if parts.spec.form == "tiles":
        m.d.comb += [array.tile.eq(layer.tile), array.load_tile.eq(loader.tile)]
    if parts.spec.variate_bits:
        m.d.comb += [
            array.variate_mask.eq(layer.variate_mask),
            array.variate_or.eq(layer.variate_or),
        ]


def connect_vector(m, parts):
    """Sums, bytes and parameters to the columns, and what the layer says of its codes."""
    vector, array, fetch = parts.vector, parts.array, parts.fetch
    layer, passes = parts.executor.written, parts.passes
    m.d.comb += [
        vector.token.eq(fetch.token),
        vector.offset.eq(fetch.offset),
        vector.columns.eq(passes.columns),
        parts.parameters.taken.eq(vector.parameter_taken),
        vector.double_rounding.eq(layer.double_rounding),
        vector.zero.eq(layer.zero_out),
        vector.low.eq(layer.low),
        vector.high.eq(layer.high),
        vector.origin.eq(layer.target),
        vector.column_step.eq(layer.target_column_step),
        vector.line_step.eq(layer.target_line_step),
    ]
    for col in range(parts.spec.cols):
        m.d.comb += [
            vector.a[col].eq(fetch.a[col]),
            vector.total[col].eq(array.total[col]),
            vector.parameter[col].eq(parts.parameters.parameter[col]),
        ]
    if vector.scattered:
        m.d.comb += vector.slots.eq(layer.spacing)
    else:
        m.d.comb += vector.channel.eq(passes.channel)
    constants = {
        "fraction": layer.variate_fraction,
        "diagonal": layer.operation == Operation.DIAGONAL,
        "variate_mask": layer.variate_mask,
        "variate_or": layer.variate_or,
    }
    for name, value in constants.items():
        if name in vector.signature.members:
            m.d.comb += getattr(vector, name).eq(value)
    for name in ("activation_total", "variate_total"):
        if name in vector.signature.members:
            m.d.comb += getattr(vector, name).eq(getattr(array, name))
    if "activation" in vector.signature.members:
        m.d.comb += [x.eq(y) for x, y in zip(vector.activation, array.diagonal_a, strict=True)]


def connect_banks(m, parts):
    """Lanes, columns and moves to the banks."""
    banks, fetch, vector, mover = parts.banks, parts.fetch, parts.vector, parts.mover
    for lane in range(parts.spec.lanes):
        m.d.comb += [
            banks.read_address[lane].eq(fetch.read_address[lane]),
            fetch.read_data[lane].eq(banks.read_data[lane]),
        ]
    for col in range(parts.spec.cols):
        m.d.comb += [
            banks.write_enable[col].eq(vector.write_enable[col]),
            banks.write_data[col].eq(vector.write_data[col]),
        ]
        if vector.scattered:
            m.d.comb += banks.write_address[col].eq(vector.write_address[col])
    if not vector.scattered:
        m.d.comb += banks.write_address.eq(vector.write_address)
    m.d.comb += [
        banks.load.eq(mover.load),
        banks.load_address.eq(mover.load_address),
        banks.store.eq(mover.store),
        banks.store_address.eq(mover.store_address),
    ]
    for lane in range(parts.spec.data_width // 8):
        m.d.comb += [
            banks.load_enable[lane].eq(mover.load_enable[lane]),
            banks.load_data[lane].eq(mover.load_data[lane]),
            mover.store_data[lane].eq(banks.store_data[lane]),
        ]
