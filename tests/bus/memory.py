"""A memory with a latency, for Amaranth's simulator: it answers IDs in any order."""

__all__ = ["serve"]


async def serve(ctx, dut, content, running, *, latency=1, rng=None, failing=()):
    """Answer the reads on ``m_axi`` of ``dut`` while ``running()``; one beat per cycle.

    Parameters
    ----------
    content : bytes
    latency : int
        Cycles from a request to its first beat, at least.
    rng : numpy.random.Generator, optional
        Draws stalls of AR and the ID that is answered next; default: none, and in order.
    failing : container of int
        Addresses of beats that are answered with an error.

    Returns
    -------
    int
        Most bursts that waited at a time.
    """
    lanes = len(dut.m_axi_rdata) // 8
    waiting = []  # bursts: [ID, address, beats left, first cycle]
    shown = None
    most = 0
    cycle = 0
    while running():
        stalled = rng is not None and rng.random() < 0.3
        ctx.set(dut.m_axi_arready, not stalled)
        if shown is None:
            shown = _choose(waiting, cycle, rng)
            if shown is not None:
                number, address, left, _ = shown
                ctx.set(dut.m_axi_rid, number)
                ctx.set(
                    dut.m_axi_rdata, int.from_bytes(content[address : address + lanes], "little")
                )
                ctx.set(dut.m_axi_rlast, left == 1)
                ctx.set(dut.m_axi_rresp, 2 * (address in failing))
        ctx.set(dut.m_axi_rvalid, shown is not None)
        _, _, valid, number, address, length, ready = await ctx.tick().sample(
            dut.m_axi_arvalid, dut.m_axi_arid, dut.m_axi_araddr, dut.m_axi_arlen, dut.m_axi_rready
        )
        cycle += 1
        if valid and not stalled:
            waiting.append([number, address, length + 1, cycle + latency - 1])
        if shown is not None and ready:
            shown[1] += lanes
            shown[2] -= 1
            if shown[2] == 0:
                waiting.remove(shown)
            shown = None
        most = max(most, len(waiting))
    return most


def _choose(waiting, cycle, rng):
    """The first burst of some ID whose time has come."""
    ids = list(dict.fromkeys(burst[0] for burst in waiting))
    if rng is not None:
        rng.shuffle(ids)
    for number in ids:
        first = next(burst for burst in waiting if burst[0] == number)
        if first[3] <= cycle:
            return first
    return None
