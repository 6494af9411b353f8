"""Both ends of a stream, for Amaranth's simulator."""

__all__ = ["feed", "never", "now_and_then", "take"]


def never():
    """Do not stall."""
    return False


def now_and_then(rng, share=0.5):
    """Stall in a ``share`` of the cycles."""
    return lambda: rng.random() < share


async def feed(ctx, stream, payloads, stalls=never, limit=5000):
    """Offer payloads one after the other; each stays until it is taken, within ``limit`` cycles."""
    for payload in payloads:
        ctx.set(stream.valid, 0)
        while stalls():
            await ctx.tick()
        ctx.set(stream.payload, payload)
        ctx.set(stream.valid, 1)
        for _ in range(limit):
            _, _, ready = await ctx.tick().sample(stream.ready)
            if ready:
                break
        else:
            raise AssertionError(f"{payload} was not taken within {limit} cycles")
    ctx.set(stream.valid, 0)


async def take(ctx, stream, count, stalls=never, cycles=None, limit=20000):
    """Take ``count`` payloads; ``cycles``, a list, gets the number of each one's cycle."""
    taken = []
    for cycle in range(limit):
        if len(taken) == count:
            break
        stalled = stalls()
        ctx.set(stream.ready, not stalled)
        _, _, valid, payload = await ctx.tick().sample(stream.valid, stream.payload)
        if valid and not stalled:
            taken.append(payload)
            if cycles is not None:
                cycles.append(cycle)
    ctx.set(stream.ready, 0)
    assert len(taken) == count, f"{len(taken)} of {count} came within {limit} cycles"
    return taken
