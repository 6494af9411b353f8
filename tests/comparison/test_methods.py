"""What is told of methods comes from their documentation."""

import pytest

from hwgen.comparison.methods import method_text
from hwgen.mapping.strategies import STRATEGIES
from hwgen.mapping.strategies.uniform import Uniform


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_method_has_one_sentence(name):
    what, doubts = method_text(name)
    assert what.endswith(".")
    assert "``" not in what
    assert ":class:" not in "".join([what, *doubts])


def test_what_was_reconstructed_is_found(monkeypatch):
    text = (
        "A method (Somebody, 2020).\n\nIt walks. Reconstructed: how far, see\n:class:`~a.b.Far`."
        "\n\nParameters\n----------\nx : int\n    Reconstructed, too.\n"
    )
    monkeypatch.setattr(Uniform, "__doc__", text)
    assert method_text("uniform") == (
        "A method (Somebody, 2020).",
        ["Reconstructed: how far, see `Far`."],
    )
