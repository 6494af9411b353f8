"""A build folder is what hwgen wrote, or it is refused."""

import json
import re
import shutil

import pytest

from hwgen.build import FILES, VERILOG, Build
from hwgen.errors import DataError
from hwgen.output import MANIFEST


@pytest.fixture
def folder(build, tmp_path):
    return shutil.copytree(build, tmp_path / "mine")


def manifest_with(folder, **fields):
    path = folder / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


@pytest.mark.parametrize("name", sorted(set(FILES) - {VERILOG}))
def test_a_file_that_was_changed_is_named(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(
        DataError,
        match=rf"^build .*mine must hold {re.escape(name)} as hwgen wrote it, "
        r"but its SHA-256 is not the manifest's$",
    ):
        Build.open(folder)


@pytest.mark.parametrize("name", sorted(set(FILES) - {VERILOG}))
def test_a_file_that_is_gone_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(
        DataError, match=rf"^build .*mine must hold {re.escape(name)}: No such file or directory$"
    ):
        Build.open(folder)


def test_changed_verilog_is_for_the_simulation_to_judge(folder):
    (folder / VERILOG).write_text("module accelerator; endmodule\n")
    assert Build.open(folder).verilog == folder / VERILOG


def test_verilog_that_is_gone_is_named(folder):
    (folder / VERILOG).unlink()
    with pytest.raises(DataError, match=r"^build .*mine must hold the file accelerator\.v$"):
        _ = Build.open(folder).verilog


@pytest.mark.parametrize("digests", [None, [], {}, {"mapping.json": "00"}])
def test_a_manifest_without_digests_is_refused(folder, digests):
    manifest_with(folder, sha256=digests)
    with pytest.raises(
        DataError, match=r"^build .*mine manifest must give the SHA-256 of every file$"
    ):
        Build.open(folder)


def test_a_recorded_result_belongs_to_the_build(folder):
    Build.open(folder).record("simulation.json", {"images": 1})
    Build.open(folder).record("simulation.json", {"images": 2})
    assert json.loads((folder / "simulation.json").read_text()) == {"images": 2}
    Build.open(folder)
    (folder / "simulation.json").write_text("{}")
    with pytest.raises(DataError, match=r"^build .* must hold simulation\.json as hwgen wrote it"):
        Build.open(folder)


def test_a_result_that_is_interrupted_leaves_a_build_that_opens(folder, monkeypatch):
    Build.open(folder).record("simulation.json", {"images": 1})
    write, calls = Build._write_digests, []

    def stop_at_the_second(build, digests):
        calls.append(digests)
        if len(calls) == 2:
            raise KeyboardInterrupt
        write(build, digests)

    with monkeypatch.context() as patch:
        patch.setattr(Build, "_write_digests", stop_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            Build.open(folder).record("simulation.json", {"images": 2})
    Build.open(folder).record("simulation.json", {"images": 3})
    Build.open(folder)
