"""How often does picking by each drop rule lose more than was allowed?

Usage: python benchmarks/drop_rule.py STUDY [--limit 1.0] [--splits 200]

Takes every mapping that a study evaluated. Again and again the search's images are split in
two: on one half each rule picks the cheapest mapping whose drop is within the limit, on the
other half the pick's drop is counted. Test images are not read.
"""

import argparse

import numpy as np

from hwgen.mapping.drop import Z_95, paired_drop
from hwgen.mapping.study.study import Study


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study")
    parser.add_argument("--limit", type=float, default=1.0, help="percent points")
    parser.add_argument("--splits", type=int, default=200)
    args = parser.parse_args()

    study = Study.open(args.study)
    outcomes = [x.outcome for x in study.answers() if x.outcome.energy is not None]
    energy = np.array([x.energy.total for x in outcomes])
    exact = study.parts.problem().exact_margins
    others = np.array([x.margins for x in outcomes])

    picks = {name: [] for name in ("counted", "bound of counts", "bound")}
    rng = np.random.default_rng(0)
    for _ in range(args.splits):
        order = rng.permutation(len(exact))
        here, there = np.array_split(order, 2)
        drops = [paired_drop(exact[here], x[here]) for x in others]
        rules = {
            "counted": [x.observed for x in drops],
            "bound of counts": [_counted_bound(exact[here], x[here]) for x in others],
            "bound": [x.bound for x in drops],
        }
        truth = 100 * ((exact[there] > 0).mean() - (others[:, there] > 0).mean(axis=1))
        for name, values in rules.items():
            allowed = np.flatnonzero(np.array(values) <= args.limit)
            pick = allowed[energy[allowed].argmin()]
            picks[name].append((energy[pick], truth[pick]))

    print(f"{len(outcomes)} mappings, {args.splits} splits of {len(exact)} images")
    print(f"{'rule':16} {'mean energy %':>13} {'mean drop':>9} {'lost > ' + str(args.limit):>11}")
    for name, found in picks.items():
        spent, lost = np.array(found).T
        share = (lost > args.limit).mean()
        print(f"{name:16} {100 * spent.mean():13.1f} {lost.mean():9.2f} {share:11.0%}")


def _counted_bound(exact, approximate):
    """The bound of paired proportions with the images counted."""
    lost = ((exact > 0) & (approximate < 0)).sum()
    won = ((exact < 0) & (approximate > 0)).sum()
    count = len(exact)
    spread = np.sqrt(lost + won + 1 - (lost - won) ** 2 / (count + 2))
    return 100 * (lost - won + Z_95 * spread) / (count + 2)


if __name__ == "__main__":
    main()
