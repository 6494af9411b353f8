import pytest

from hwgen.cost.cache import recall, remember


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def test_what_is_remembered_is_recalled(folder):
    assert recall("key") is None
    assert remember("key", "text")
    assert recall("key") == "text"
    assert [path.name for path in (folder / "hwgen" / "cost").iterdir()] == ["key.json"]


def test_the_last_text_counts(folder):
    remember("key", "one")
    remember("key", "two")
    assert recall("key") == "two"


def test_a_cache_that_cannot_be_written_is_no_error(folder):
    (folder / "hwgen").write_text("a file in the way")
    assert not remember("key", "text")
    assert recall("key") is None


def test_home_is_the_default(monkeypatch, tmp_path):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    remember("key", "text")
    assert (tmp_path / ".cache" / "hwgen" / "cost" / "key.json").read_text() == "text"
