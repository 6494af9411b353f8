"""How often does picking by each drop rule lose more than was allowed?

Usage: python benchmarks/drop_rule.py STUDY [--limit 1.0] [--splits 200]

Takes every mapping that a study evaluated. Again and again the calibration images are split in
two: on one half each rule picks the cheapest mapping whose drop is within the limit, on the
other half the pick's drop is counted. Test images are not read.
"""

import argparse

import numpy as np

from hwgen import golden
from hwgen.mapping.drop import Z_95, margins, paired_drop
from hwgen.mapping.study import Study
from hwgen.progress import progress


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study")
    parser.add_argument("--limit", type=float, default=1.0, help="percent points")
    parser.add_argument("--splits", type=int, default=200)
    args = parser.parse_args()

    study = Study.open(args.study)
    evaluations = study.exploration.evaluations
    energy = np.array([x.energy for x in evaluations])
    exact = _margins(study, study.exploration.exact)
    others = np.array([_margins(study, x) for x in progress(evaluations, "emulating")])

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

    print(f"{len(evaluations)} mappings, {args.splits} splits of {len(exact)} calibration images")
    print(f"{'rule':16} {'mean energy %':>13} {'mean drop':>9} {'lost > ' + str(args.limit):>11}")
    for name, found in picks.items():
        spent, lost = np.array(found).T
        share = (lost > args.limit).mean()
        print(f"{name:16} {100 * spent.mean():13.1f} {lost.mean():9.2f} {share:11.0%}")


def _margins(study, evaluation):
    tensors = golden.run(study.network, study.images.calibration_images, evaluation.mapping)
    logits = tensors[study.network.layers[-1].name]
    return margins(logits.reshape(len(logits), -1), study.images.calibration_labels)


def _counted_bound(exact, approximate):
    """The bound of paired proportions with the images counted."""
    lost = ((exact > 0) & (approximate < 0)).sum()
    won = ((exact < 0) & (approximate > 0)).sum()
    count = len(exact)
    spread = np.sqrt(lost + won + 1 - (lost - won) ** 2 / (count + 2))
    return 100 * (lost - won + Z_95 * spread) / (count + 2)


if __name__ == "__main__":
    main()
