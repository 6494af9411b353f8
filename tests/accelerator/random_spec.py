"""Random accelerators of a form, for multipliers of the whole catalogue."""

from collections import defaultdict
from functools import cache

from hwgen.arith.catalogue import CATALOGUE, find
from hwgen.spec.accelerator import AcceleratorSpec

__all__ = ["is_zero_preserving", "random_spec"]


def random_spec(rng, form, has_modes, needs_sum):
    """An accelerator with room; ``has_modes`` asks for a multiplier of several modes."""
    rows, cols = (int(x) for x in rng.choice(range(2, 9), 2))
    multipliers = _multipliers(rng, form, cols, has_modes)
    a_kind, w_kind = find(multipliers[0]).a_kind, find(multipliers[0]).w_kind
    divisors = [x for x in range(1, cols + 1) if cols % x == 0]
    is_summed = needs_sum or not w_kind.signed or rng.random() < 0.4
    return AcceleratorSpec(
        rows=rows,
        cols=cols,
        form=form,
        multipliers=multipliers,
        multiplier_stages=int(rng.choice((0, 0, 1, 2, 3))),
        activation_sum=bool(is_summed),
        variate_bits=int(rng.choice((0, 0, 1, 3, a_kind.width))),
        accumulator_width=int(rng.choice((24, 27, 32, 32))),
        weight_fifo_words=int(rng.choice((2, 3, 5, 16, 40))),
        requantizers=int(rng.choice(divisors)),
        data_width=int(rng.choice((64, 128, 256, 512), p=(0.6, 0.25, 0.12, 0.03))),
        address_width=int(rng.choice((32, 32, 40, 64))),
        outstanding=int(rng.choice((1, 2, 4, 7))),
        layer_counters=int(rng.choice((1, 8, 64))),
        accumulator_depth=64,
        activation_bytes=4096,
    )


def _multipliers(rng, form, cols, has_modes):
    """Names; a fifth of them narrow where there are such, of which the catalogue has few."""
    found = _by_operands(form == "edge", has_modes or form == "ranges")
    narrow = [kinds for kinds in found if kinds[0].width < 8]
    of_bytes = [kinds for kinds in found if kinds not in narrow]
    kinds = narrow if narrow and rng.random() < 0.2 else of_bytes
    names = found[kinds[rng.integers(len(kinds))]]
    count = {"columns": rng.integers(2, min(cols, 4) + 1), "tiles": rng.integers(2, 4)}
    chosen = rng.choice(names, min(len(names), count.get(form, 1)), replace=False)
    return tuple(str(name) for name in chosen)


@cache
def _by_operands(at_edge, has_modes):
    found = defaultdict(list)
    for name, multiplier in CATALOGUE.items():
        if at_edge and multiplier.edge is None:
            continue
        if has_modes and len(multiplier.modes) == 1:
            continue
        found[multiplier.a_kind, multiplier.w_kind].append(name)
    return dict(found)


def is_zero_preserving(multiplier):
    """Whether 0 times anything is 0, in every mode."""
    return all(
        not (multiplier.table(mode)[0].any() or multiplier.table(mode)[:, 0].any())
        for mode in range(len(multiplier.modes))
    )
