"""An interrupted run leaves what was there, and nothing else."""

import signal
import subprocess
import sys
import time

import pytest

DEADLINE_S = 60

# A shell's background job ignores Ctrl-C, and so would everything it starts.
CODE = (
    "import signal, sys\n"
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "from hwgen.cli import main\n"
    "sys.exit(main(sys.argv[1:]))"
)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_earlier_results(tmp_path, number):
    earlier = tmp_path / "out"
    earlier.mkdir()
    (earlier / "manifest.json").write_text('{"hwgen": "demo"}')
    (earlier / "summary.txt").write_text("an earlier result")

    process = subprocess.Popen(
        [sys.executable, "-c", CODE, "demo", "-o", str(earlier)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    started = time.monotonic()
    while not list(tmp_path.glob(".out.*")):  # at work, and not done with its imports only
        assert process.poll() is None
        assert time.monotonic() - started < DEADLINE_S
        time.sleep(0.05)
    time.sleep(1)
    process.send_signal(number)
    printed, complaint = process.communicate(timeout=DEADLINE_S)

    assert process.returncode == 2, printed
    assert complaint == "hwgen: interrupted; earlier results are as they were\n"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (earlier / "summary.txt").read_text() == "an earlier result"
