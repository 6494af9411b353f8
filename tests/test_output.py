"""Results appear complete or not at all, and earlier ones survive every failure."""

import json
import os
import re
import signal
import time

import pytest

from hwgen.errors import OutputError
from hwgen.output import folder_kind, replacing_file, replacing_folder


def refusal(path, rule):
    return f"^{re.escape(f'output {path} {rule}')}$"


def folder_refusal(path, found):
    return refusal(f"folder {path}", f"must be new, empty or a build made by hwgen, but {found}")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def write_half(place, stop):
    place.write_text("half")
    place.with_name(f"{place.name}-journal").write_text("half")
    stop()


def interrupt():
    raise KeyboardInterrupt


def terminate():
    os.kill(os.getpid(), signal.SIGTERM)


def fail():
    raise ValueError("spoiled")


STOPS = [(interrupt, KeyboardInterrupt), (terminate, KeyboardInterrupt), (fail, ValueError)]


@pytest.fixture
def build(tmp_path):
    """A folder that an earlier run made."""
    path = tmp_path / "build"
    with replacing_folder(path, "build") as folder:
        (folder / "old.v").write_text("old")
    return path


def test_a_file_appears_under_its_name(tmp_path):
    path = tmp_path / "report.html"
    with replacing_file(path) as place:
        assert place.name == "report.html"
        place.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"
    assert names(tmp_path) == ["report.html"]


@pytest.mark.parametrize(("stop", "error"), STOPS)
def test_a_stopped_run_leaves_the_earlier_file(tmp_path, stop, error):
    path = tmp_path / "study"
    path.write_text("old")
    with pytest.raises(error), replacing_file(path) as place:
        write_half(place, stop)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["study"]


def test_a_link_to_a_file_stays_a_link(tmp_path):
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    link.symlink_to(real)
    with replacing_file(link) as place:
        place.write_text("new")
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_a_file_does_not_replace_a_folder(tmp_path):
    rule = "must be a regular file, but it is something else"
    with pytest.raises(OutputError, match=refusal(tmp_path, rule)), replacing_file(tmp_path):
        pytest.fail("the block must not run")


def test_a_device_is_not_replaced():
    rule = "must be a regular file, but it is something else"
    with pytest.raises(OutputError, match=refusal("/dev/null", rule)), replacing_file("/dev/null"):
        pytest.fail("the block must not run")


def test_the_parent_folder_must_exist(tmp_path):
    path = tmp_path / "none" / "out"
    rule = f"must lie in a folder that exists, not {tmp_path / 'none'}"
    for replacing in (replacing_file(path), replacing_folder(path, "build")):
        with pytest.raises(OutputError, match=refusal(path, rule)), replacing:
            pytest.fail("the block must not run")


def test_a_folder_is_marked_as_ours(build):
    assert folder_kind(build) == "build"
    assert names(build) == ["manifest.json", "old.v"]


def test_a_manifest_of_the_writer_is_kept(tmp_path):
    manifest = {"hwgen": "build", "rows": 4}
    with replacing_folder(tmp_path / "out", "build") as folder:
        (folder / "manifest.json").write_text(json.dumps(manifest))
    assert json.loads((tmp_path / "out" / "manifest.json").read_text()) == manifest


def test_our_folder_is_replaced_whole(build):
    with replacing_folder(build, "build") as folder:
        (folder / "new.v").write_text("new")
    assert names(build) == ["manifest.json", "new.v"]
    assert names(build.parent) == ["build"]


def test_an_empty_folder_is_replaced(tmp_path):
    (tmp_path / "out").mkdir()
    with replacing_folder(tmp_path / "out", "build") as folder:
        (folder / "new.v").write_text("new")
    assert (tmp_path / "out" / "new.v").exists()


@pytest.mark.parametrize(("stop", "error"), STOPS)
def test_a_stopped_run_leaves_the_earlier_folder(build, stop, error):
    with pytest.raises(error), replacing_folder(build, "build") as folder:
        write_half(folder / "new.v", stop)
    assert names(build) == ["manifest.json", "old.v"]
    assert names(build.parent) == ["build"]


def test_signals_do_what_they_did_afterwards(build):
    assert build.exists()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_inside_a_finalizer_is_not_lost(build, number):
    class Finalized:
        def __del__(self):
            os.kill(os.getpid(), number)

    def finalize():
        Finalized()
        time.sleep(1)
        pytest.fail("the signal was lost")

    with pytest.raises(KeyboardInterrupt), replacing_folder(build, "build"):
        finalize()
    assert names(build) == ["manifest.json", "old.v"]


def test_a_stop_between_the_renames_brings_the_earlier_folder_back(build):
    def stop_halfway(folder):
        build.rename(folder.parents[1] / "earlier")
        interrupt()

    with pytest.raises(KeyboardInterrupt), replacing_folder(build, "build") as folder:
        stop_halfway(folder)
    assert names(build) == ["manifest.json", "old.v"]
    assert names(build.parent) == ["build"]


def test_a_folder_of_others_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    found = "it holds other files"
    with (
        pytest.raises(OutputError, match=folder_refusal(tmp_path, found)),
        replacing_folder(tmp_path, "build"),
    ):
        pytest.fail("the block must not run")
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


@pytest.mark.parametrize("manifest", ["[]", "{", '{"hwgen": 1}', '{"name": "an extension"}'])
def test_a_manifest_of_others_is_not_our_mark(tmp_path, manifest):
    (tmp_path / "manifest.json").write_text(manifest)
    found = "it holds other files"
    with (
        pytest.raises(OutputError, match=folder_refusal(tmp_path, found)),
        replacing_folder(tmp_path, "build"),
    ):
        pytest.fail("the block must not run")


def test_another_kind_of_our_folders_is_refused(tmp_path):
    with replacing_folder(tmp_path / "out", "demo"):
        pass
    with (
        pytest.raises(OutputError, match=folder_refusal(tmp_path / "out", "it is a demo")),
        replacing_folder(tmp_path / "out", "build"),
    ):
        pytest.fail("the block must not run")


def test_a_folder_does_not_replace_a_file(tmp_path):
    path = tmp_path / "out"
    path.write_text("mine")
    rule = "must be a folder, but it is a file"
    with pytest.raises(OutputError, match=refusal(path, rule)), replacing_folder(path, "build"):
        pytest.fail("the block must not run")


def test_a_folder_that_appears_meanwhile_is_not_replaced(tmp_path):
    path = tmp_path / "out"
    with (
        pytest.raises(OutputError, match=folder_refusal(path, "it holds other files")),
        replacing_folder(path, "build"),
    ):
        (path / "theirs").mkdir(parents=True)
    assert names(path) == ["theirs"]


def test_a_link_to_a_folder_stays_a_link(build):
    link = build.with_name("link")
    link.symlink_to(build, target_is_directory=True)
    with replacing_folder(link, "build") as folder:
        (folder / "new.v").write_text("new")
    assert link.is_symlink()
    assert names(build) == ["manifest.json", "new.v"]
