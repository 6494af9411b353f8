"""Progress bars: talk, so on stderr, and only to a person who waits."""

import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

__all__ = ["Meter", "keep_lock_private", "progress"]

DELAY_S = 2.0

_T = TypeVar("_T")


def progress(iterable: Iterable[_T], label: str, total: int | None = None) -> Iterator[_T]:
    """Iterate, showing a bar on stderr once it has taken two seconds.

    Nothing is shown when stderr is not a terminal.

    Parameters
    ----------
    iterable : iterable
        What is worked through.
    label : str
        What is being done, such as ``characterize``.
    total : int, optional
        Number of items, when ``iterable`` does not know it.
    """
    bar = tqdm(
        iterable,
        desc=label,
        total=total,
        delay=DELAY_S,
        disable=None,  # off unless stderr is a terminal
        dynamic_ncols=True,
        leave=False,
    )
    with bar:
        yield from bar


class Meter:
    """A bar that is moved by hand, with a few words on what was found; a context.

    Parameters
    ----------
    label : str
        What is being done.
    total : int
        Steps at most.
    """

    def __init__(self, label: str, total: int) -> None:
        self._bar = tqdm(
            desc=label,
            total=total,
            delay=DELAY_S,
            disable=None,
            dynamic_ncols=True,
            leave=False,
        )

    def step(self) -> None:
        """One step is done."""
        self._bar.update()

    def say(self, words: str) -> None:
        """Show words beside the bar."""
        self._bar.set_postfix_str(words)

    def __enter__(self) -> "Meter":
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.close()


def keep_lock_private() -> None:
    """Share no lock with other processes: one that is terminated would leave it behind."""
    tqdm.set_lock(threading.RLock())
