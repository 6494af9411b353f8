"""What holds for every command: one line per mistake, exit codes, an instant help."""

import os
import subprocess
import sys
import time

import pytest

from hwgen.cli import main
from hwgen.commands.arguments import COMMANDS


def complaint(capsys, *args):
    """The one line that a wrong request prints."""
    assert main(args) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    return printed.err.rstrip("\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help(capsys, command):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: hwgen {command} ")


def test_the_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    printed = capsys.readouterr().out
    assert [name for name in COMMANDS if f"\n    {name} " not in printed] == []


def test_the_help_loads_nothing_heavy():
    code = (
        "import sys\n"
        "from hwgen.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'amaranth', 'numpy', 'onnx', 'matplotlib', 'pymoo', 'cocotb', 'tqdm'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_the_help_is_instant():
    start = time.monotonic()
    subprocess.run([sys.executable, "-m", "hwgen", "--help"], check=True, stdout=subprocess.DEVNULL)
    assert time.monotonic() - start < 2  # 0.1 s on an idle machine


@pytest.mark.parametrize(
    ("args", "line"),
    [
        ([], "hwgen: the following arguments are required: <command> (see hwgen --help)"),
        (["--fast"], "hwgen: the following arguments are required: <command> (see hwgen --help)"),
        (["multipliers", "--fast"], "hwgen: unrecognized arguments: --fast (see hwgen --help)"),
    ],
)
def test_a_request_that_is_no_command_is_one_line(capsys, args, line):
    assert complaint(capsys, *args) == line


def test_an_unknown_command_is_named(capsys):
    line = complaint(capsys, "synthesise")
    assert line.startswith("hwgen: argument <command>: invalid choice: 'synthesise' (choose from ")
    assert line.endswith("(see hwgen --help)")


def test_an_interrupt_is_one_line_and_exit_2(capsys, monkeypatch):
    def interrupted(args):
        raise KeyboardInterrupt

    monkeypatch.setattr("hwgen.commands.multipliers.run", interrupted)
    assert (
        complaint(capsys, "multipliers") == "hwgen: interrupted; earlier results are as they were"
    )


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OSError(28, "No space left on device"), "hwgen: cannot access: No space left on device"),
        (
            PermissionError(13, "Permission denied", "/a/b"),
            "hwgen: cannot access /a/b: Permission denied",
        ),
    ],
)
def test_trouble_with_the_machine_is_one_line(capsys, monkeypatch, error, line):
    def fail(args):
        raise error

    monkeypatch.setattr("hwgen.commands.multipliers.run", fail)
    assert complaint(capsys, "multipliers") == line


def test_a_reader_that_leaves_early_is_no_error():
    reader, writer = os.pipe()
    os.close(reader)
    finished = subprocess.run(
        [sys.executable, "-m", "hwgen", "multipliers"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert (finished.returncode, finished.stderr) == (0, "")
