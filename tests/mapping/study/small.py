"""A study of the digits network with made-up costs, and a program that works on it."""

import sys

import numpy as np

from hwgen.arith.catalogue import find
from hwgen.mapping.energy import Energies, layer_energy_pj, mapping_energy
from hwgen.mapping.strategies.search import Options
from hwgen.mapping.study import final
from hwgen.mapping.study.cluster import Cluster
from hwgen.mapping.study.parts import Parts
from hwgen.mapping.study.run import search
from hwgen.mapping.study.study import Priced, Study
from hwgen.mapping.study.workers import Inside, Processes
from hwgen.network import data, digits
from hwgen.network.data import Labelled
from hwgen.network.load import load
from hwgen.spec.accelerator_file import load_spec
from hwgen.spec.mapping.rules import Choice

__all__ = ["begin", "calibration", "finish", "options", "parts", "run", "testing"]

ENERGY_PJ = {"exact": 2.0, "precision_6x6": 1.2, "roup_1_4": 1.1, "truncated_steps": 2.1}
IMAGES = 60
FACTS = {
    "version": "0",
    "technology": "made-up",
    "technology_digest": "cd" * 32,
    "max_drop": 3.0,
    "seed": 0,
    "calibration_images": 100,
    "identity": {"model": "ab" * 32, "calibration images": "ef" * 32},
}


def data_set():
    return data.load(digits.data_path(), load(digits.model_path()))


def calibration():
    found = data_set()
    return Labelled(images=found.calibration_images[:100], labels=found.calibration_labels[:100])


def testing():
    found = data_set()
    return Labelled(images=found.test_images[:50], labels=found.test_labels[:50])


def parts():
    network, found = load(digits.model_path()), calibration()
    layers = tuple(layer.name for layer in network.convolutions)
    return Parts(
        model=digits.model_path().read_bytes(),
        spec=load_spec("4x4").to_toml(),
        netlists={},
        images=found.images[:IMAGES],
        labels=found.labels[:IMAGES],
        multipliers=tuple(ENERGY_PJ),
        energies=Energies(
            layers,
            {
                Choice(name, mode): np.full((len(layers), 256), base * (1 - 0.2 * mode))
                for name, base in ENERGY_PJ.items()
                for mode in range(len(find(name).modes))
            },
        ),
    )


def begin(path):
    costs = {name: Priced(100 * base, 1.5) for name, base in ENERGY_PJ.items()}
    return Study.begin(path, parts(), costs, FACTS)


def options(**changes):
    return Options(**{"seed": 4, "budget": 40, "max_drop": 3.0} | changes)


def run(study, method="random", size=1, cluster=None, **changes):
    """Search as :func:`hwgen.api.explore` does, without the final step."""
    problem = study.parts.problem(threads=1)
    if cluster:
        pool = Cluster(study.parts, cluster)
    else:
        pool = Inside(problem) if size == 1 else Processes(study.parts, size)
    with pool:
        search(study, problem, method, options(**changes), pool)


def price(mapping):
    """Energy by the search's own tables."""
    own = parts()
    network = own.network
    layers = {
        x.name: layer_energy_pj(x, mapping.layers[x.name], own.energies)
        for x in network.convolutions
    }
    return mapping_energy(network, mapping, own.energies, "exact"), layers


def finish(study, read=testing):
    final.judge(study, calibration(), price)
    if read is not None:
        final.test(study, read)
    return study


if __name__ == "__main__":
    path, method, budget, size, *address = sys.argv[1:]
    run(begin(path), method, int(size), *address, budget=int(budget))
