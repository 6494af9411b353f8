"""A finished study, made once; tests that change it copy it."""

import shutil

import pytest

from hwgen.mapping.study.study import Study
from tests.mapping.study import small


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    path = tmp_path_factory.mktemp("studies") / "small.study"
    study = small.begin(path)
    small.run(study, "uniform")
    small.run(study, "random")
    return small.finish(study)


@pytest.fixture
def copied(finished, tmp_path):
    """The same study in a file of its own."""
    return Study.open(shutil.copy(finished.path, tmp_path / "copied.study"))
