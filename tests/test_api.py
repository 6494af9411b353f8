"""The Python interface, from the network to the proof."""

import json
import re

import numpy as np
import pytest

from hwgen import api
from hwgen.errors import OutputError
from hwgen.network import digits
from hwgen.spec.mapping import Choice


@pytest.fixture(scope="module")
def network():
    return api.load(digits.model_path())


@pytest.fixture(scope="module")
def data(network):
    return api.load_data(digits.data_path(), network)


def test_the_exact_network_recognizes_the_digits(network, data):
    assert data.test_images.shape == (360, 8, 8, 1)
    assert api.evaluate(network, data).accuracy >= 97


def test_a_mapping_changes_what_is_recognized(network, data, study):
    found = (x.outcome.mapping for x in api.Study.open(study).answers())
    accuracies = {api.evaluate(network, data, mapping).accuracy for mapping in found}
    assert len(accuracies) > 1


def test_costs_come_by_name(network):
    costs = api.characterize(["exact", "precision_6x6"])
    assert list(costs) == ["exact", "precision_6x6"]
    assert costs["precision_6x6"].area_um2 < costs["exact"].area_um2


def test_the_search_sees_operands_of_every_layer(network, study):
    energies = api.Study.open(study).parts.energies
    assert list(energies.layers) == [layer.name for layer in network.convolutions]
    coarse, fine = (energies.of(Choice("scalable_a3", mode), "conv2") for mode in (3, 0))
    assert coarse.mean() < fine.mean()


def test_a_report_is_a_page_and_a_document(study, tmp_path):
    document = api.report(study, tmp_path / "report.html")
    assert json.loads((tmp_path / "report.json").read_text()) == json.loads(json.dumps(document))
    assert (tmp_path / "report.html").read_text().startswith("<!doctype html>")
    api.report(study, tmp_path / "report.html")  # replaces its own


def test_a_report_does_not_replace_a_file_of_others(study, tmp_path):
    (tmp_path / "package.json").write_text("{}")
    page, figures = tmp_path / "package.html", tmp_path / "package.json"
    line = re.escape(f"report {page} needs {figures} too, but that is no report of hwgen")
    with pytest.raises(OutputError, match=f"^{line}$"):
        api.report(study, page)
    assert not page.exists()


def test_a_report_is_html(study, tmp_path):
    with pytest.raises(
        OutputError, match=r"^report must be a file that ends in \.html, not report\.pdf$"
    ):
        api.report(study, tmp_path / "report.pdf")


def test_equal_requests_give_equal_builds(study, build, tmp_path):
    api.generate(study, tmp_path / "again")
    names = sorted(path.name for path in build.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "again").iterdir())
    for name in names:
        assert (tmp_path / "again" / name).read_bytes() == (build / name).read_bytes()


def test_the_calibration_images_are_not_the_test_images(data):
    seen = {image.tobytes() for image in data.calibration_images}
    repeated = [image for image in data.test_images if image.tobytes() in seen]
    assert len(repeated) == 0
    assert np.unique(data.test_labels).size == 10
