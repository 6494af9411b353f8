"""A study of the digits network with made-up costs, and its document."""

import pytest

from hwgen.report.page import page
from hwgen.report.summary import study_document
from tests.mapping.study import small


@pytest.fixture(scope="session")
def study(tmp_path_factory):
    study = small.begin(tmp_path_factory.mktemp("report") / "made-up.study")
    small.run(study, "precision")
    small.run(study, "greedy", budget=60)
    return small.finish(study)


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
