"""How far are energies by weight code from larger samples, and what do they take to measure?

Usage: python benchmarks/energy_by_code.py NETWORK IMAGES.npz [LIBERTY] [--multipliers NAME...]

IMAGES.npz holds calibration_images in the network's codes. Prints, for every multiplier and mode,
the processor time, then in percent: how far the network's energy by the tables is from the mean
of a larger sample of independent transitions (the worst layer, and all layers together), and
how far codes are from what eight times the transitions per code give, relative to the layer's
mean (standard deviation over the codes of all layers, and the worst).
"""

import argparse
from time import process_time
from unittest.mock import patch

import numpy as np

from hwgen.arith.catalogue import find
from hwgen.cost import codes
from hwgen.cost.characterize import characterize_all
from hwgen.cost.operands import Encoding
from hwgen.cost.technology import Technology
from hwgen.emulation.transitions import transitions
from hwgen.golden import exact_mapping
from hwgen.network.load import load
from hwgen.pricing.measure import IMAGES, SAMPLES

NAMES = ("exact_booth", "exact", "roup_1_4", "precision_6x6", "lvrm", "evolved_m0033")
LARGE = 40000  # transitions of the larger sample, per layer
MORE = 8  # times the transitions per code


def tables(name, technology, traces):
    """Energies by code, never recalled, and the processor time that they take."""
    with patch.object(codes, "recall", lambda key: None):
        codes.energies_by_code({name: Encoding(find(name))}, technology, {})  # synthesis
        start = process_time()
        found = codes.energies_by_code({name: Encoding(find(name))}, technology, traces)[name]
    return found, process_time() - start


def levels(network, found, cost, mode):
    """Energy by layer: by the tables, and of the larger sample."""
    pairs = []
    for layer, table in zip(network.convolutions, found[mode], strict=True):
        own = table[layer.weights.view(np.uint8)].mean()
        pairs.append((layer.operations * own, layer.operations * cost.energy_pj[mode][layer.name]))
    return np.array(pairs).T


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("network")
    parser.add_argument("images")
    parser.add_argument("liberty", nargs="?")
    parser.add_argument("--multipliers", nargs="+", default=NAMES)
    parser.add_argument("--size", type=int, default=16)
    arguments = parser.parse_args()
    network, technology = load(arguments.network), Technology.load(arguments.liberty)
    with np.load(arguments.images) as archive:
        images = archive["calibration_images"][:IMAGES]
    place = (network, exact_mapping(network), images, arguments.size, arguments.size)
    traces = transitions(*place, samples=SAMPLES)
    other = transitions(*place, samples=LARGE, seed=1)
    print(f"{'multiplier':24}{'s/mode':>8}{'layer':>8}{'all':>8}{'codes':>8}{'worst':>8}")
    for name in arguments.multipliers:
        found, seconds = tables(name, technology, traces)
        with patch.object(codes, "LANES", MORE * codes.LANES):
            more, _ = tables(name, technology, other)
        cost = characterize_all({name: find(name)}, technology, other)[name]
        relative, wanted = (x / x.mean(axis=2, keepdims=True) for x in (found, more))
        for mode in range(len(found)):
            own, large = levels(network, found, cost, mode)
            off = 100 * (relative - wanted)[mode]
            print(f"{f'{name} mode {mode}':24}{seconds / len(found):8.2f}", end="")
            print(f"{100 * abs(own / large - 1).max():8.2f}", end="")
            print(
                f"{100 * (own.sum() / large.sum() - 1):8.2f}{off.std():8.2f}{abs(off).max():8.2f}"
            )


if __name__ == "__main__":
    main()
