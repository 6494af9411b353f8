"""Bars are for people at a terminal, and only for what takes long."""

import hwgen.progress
from hwgen.progress import progress


class Terminal:
    """A stderr that claims to be a terminal and remembers what it was told."""

    encoding = "utf-8"

    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text
        return len(text)

    def flush(self):
        """Nothing is buffered."""

    def isatty(self):
        return True


def test_items_pass_through(capsys):
    assert list(progress(range(3), "count")) == [0, 1, 2]
    assert capsys.readouterr().err == ""


def test_a_terminal_sees_a_bar_after_the_delay(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(hwgen.progress, "DELAY_S", 0.0)
    assert list(progress(range(3), "count")) == [0, 1, 2]
    assert "count" in terminal.text


def test_a_terminal_sees_nothing_of_short_work(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    assert list(progress(range(3), "count")) == [0, 1, 2]
    assert "count" not in terminal.text
