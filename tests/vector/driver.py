"""Drives a vector unit as the array and the sequencer would, and notes what it writes."""

from collections import defaultdict

from hwgen.memory.token import Kind, Update

__all__ = ["run"]


def _events(layer):
    """Passes and their positions, one after the other."""
    for work in layer.passes:
        for position in range(len(work.columns)):
            yield work, position


def _token(layer, work, position):
    return {
        "valid": 1,
        "first": int(position == 0),
        "line_end": int(position % layer.size[1] == layer.size[1] - 1),
        "work": {
            "kind": work.kind,
            "update": work.update,
            "final": int(work.final),
            "load": int(work.word is not None and position == 0),
        },
    }


async def run(ctx, unit, layer, rng, *, bubbles):
    """Run a layer; returns the writes, and the cycles of its tokens and of its writes.

    Sums come when the unit says that it takes them, and other numbers at all other times.
    """
    for name, value in layer.constants.items():
        ctx.set(getattr(unit, name), value)
    words = [work.word for work in layer.passes if work.word is not None]
    events = list(_events(layer))
    later = defaultdict(list)  # by cycle: signals and their values
    written, tokens, writes = {}, [], []
    loads = taken = cycle = wait = 0
    last_scaled = -1 << 30
    end = None
    while end is None or cycle < end:
        issue = False
        if events and wait == 0 and rng.random() >= bubbles:
            work, position = events[0]
            loading = work.word is not None and position == 0
            reads = work.update == Update.KEEP
            issue = not (loading and loads > taken) and not (
                reads and cycle < last_scaled + unit.gap
            )
        _noise(ctx, unit, rng)
        for signal, value in later.pop(cycle, ()):
            ctx.set(signal, value)
        if issue:
            events.pop(0)
            loads += loading
            wait = work.spacing
            if work.kind == Kind.SCALED:
                last_scaled = cycle
            ctx.set(unit.token, _token(layer, work, position))
            tokens.append(cycle)
            _present(ctx, unit, later, cycle, work, position)
        else:
            ctx.set(unit.token.valid, 0)
        wait -= wait > 0
        if taken < len(words):
            _offer(ctx, unit, words[taken])
        if _note(ctx, unit, written):
            writes.append(cycle)
        if end is None and not events and not issue and not ctx.get(unit.busy):
            end = cycle + 3
        taken += ctx.get(unit.parameter_taken)
        await ctx.tick()
        cycle += 1
    assert taken == len(words)
    return written, tokens, writes


def _noise(ctx, unit, rng):
    """Numbers that nobody may look at."""
    for col in range(unit.cols):
        ctx.set(unit.total[col], int(rng.integers(-99, 99)))
        ctx.set(unit.a[col], int(rng.integers(256)))
    for lane in range(unit.diagonal_lanes):
        ctx.set(unit.activation[lane], 0)  # as the array does off the diagonal
    ctx.set(unit.offset, int(rng.integers(256)))
    for name in ("activation_total", "variate_total"):
        if name in unit.signature.members:
            ctx.set(getattr(unit, name), int(rng.integers(32)))


def _present(ctx, unit, later, cycle, work, position):
    """What comes with a token: now, or when the array has it."""
    if work.kind != Kind.TOTAL:
        for col in range(unit.cols):
            ctx.set(unit.a[col], int(work.columns[position, col]))
        ctx.set(unit.offset, work.offset)
        return

    def at(delay, signal, value):
        if delay == 0:
            ctx.set(signal, int(value))
        later[cycle + delay].append((signal, int(value)))

    for col in range(unit.cols):
        at(unit.delay + col, unit.total[col], work.columns[position, col])
    for col in range(unit.diagonal_lanes):
        at(unit.delay + col, unit.activation[col], work.own[position, col])
    for index, name in enumerate(("activation_total", "variate_total")):
        if name in unit.signature.members:
            at(unit.delay, getattr(unit, name), work.sums[position, index])


def _offer(ctx, unit, word):
    """Parameters of the group that is next."""
    words, place = word
    for col in range(unit.cols):
        fields = dict(words[col])
        if unit.scattered:
            fields |= {"channel": place.channels[col], "slot": place.slots[col]}
        ctx.set(unit.parameter[col], fields)
    if not unit.scattered:
        ctx.set(unit.channel, place.channels[0])
    ctx.set(unit.columns, place.columns)


def _note(ctx, unit, written):
    """Add this cycle's writes; returns whether there are any."""
    found = False
    for col in range(unit.cols):
        if ctx.get(unit.write_enable[col]):
            if unit.scattered:
                address = ctx.get(unit.write_address[col])
            else:
                address = ctx.get(unit.write_address) + col
            assert address not in written, f"byte {address} is written twice"
            written[address] = ctx.get(unit.write_data[col])
            found = True
    return found
