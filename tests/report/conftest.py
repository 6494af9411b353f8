"""A study of the digits network with made-up costs, and its document."""

from types import SimpleNamespace

import pytest

from hwgen.arith.catalogue import CATALOGUE
from hwgen.mapping.explore import explore
from hwgen.mapping.study import Priced, Study
from hwgen.network import data, digits
from hwgen.network.onnx import load
from hwgen.report.page import page
from hwgen.report.summary import study_document
from hwgen.spec.accelerator_file import load_spec

ENERGY_PJ = {"exact": 2.0, "precision_6x6": 1.2, "roup_1_4": 1.1, "truncated_steps": 2.1}


@pytest.fixture(scope="session")
def study():
    network = load(digits.model_path())
    images = data.load(digits.data_path(), network)
    few = SimpleNamespace(
        calibration_images=images.calibration_images[:100],
        calibration_labels=images.calibration_labels[:100],
        test_images=images.test_images[:50],
        test_labels=images.test_labels[:50],
    )
    costs = {
        name: Priced(
            area_um2=100 * base,
            delay_ns=1.5,
            leakage_nw=3.0,
            energy_pj={
                mode: {x.name: base * (1 - 0.2 * mode) for x in network.convolutions}
                for mode in range(len(CATALOGUE[name].modes))
            },
        )
        for name, base in ENERGY_PJ.items()
    }
    options = {"method": "greedy", "max_drop": 3.0, "seed": 0, "budget": 60}
    return Study(
        model=digits.model_path().read_bytes(),
        data=digits.data_path().read_bytes(),
        spec=load_spec("4x4"),
        technology="made-up",
        technology_digest="cd" * 32,
        costs=costs,
        exploration=explore(network, few, costs, load_spec("4x4"), **options),
    )


@pytest.fixture(scope="session")
def document(study):
    return study_document(study)


@pytest.fixture(scope="session")
def build_document(document):
    """With what simulation and synthesis add."""
    return document | {
        "simulation": {
            "images": 8,
            "tensors": 64,
            "codes": 20_000,
            "mismatches": 0,
            "cycles_per_image": [21_000, 21_001],
            "simulator": "Icarus Verilog 11.0",
        },
        "synthesis": {
            "technology": "made-up",
            "modules": {
                "pe<8>": {
                    "area_um2": 1234.5,
                    "instances": 16,
                    "memory_bits": 0,
                    "delay_ns": 1.75,
                },
                "memory": {"area_um2": 0.0, "instances": 4, "memory_bits": 512, "delay_ns": None},
            },
            "arrays": {
                role: {
                    "multiplier": document["points"][document["chosen"][role]]["multiplier"],
                    "array_area_um2": area_um2,
                    "pe_area_um2": area_um2 / 16,
                    "multiplier_area_um2": area_um2 / 32,
                    "pe_delay_ns": 1.75,
                    "multiplier_delay_ns": 1.25,
                    "multiplier_energy_pj": 4_000.0,
                }
                for role, area_um2 in (
                    ("pick", 21_000.0),
                    ("exact", 30_000.0),
                    ("precision", 24_000.0),
                )
            },
        },
    }


@pytest.fixture(scope="session")
def pages(document, build_document):
    """Of the study, and of the build: drawing is what takes time here."""
    return {"study": page(document), "build": page(build_document)}
