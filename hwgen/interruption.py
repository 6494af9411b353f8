"""Interrupts and terminations that leave nothing half-done behind."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

__all__ = ["unwinding_on_signals"]

RETRY_S = 0.01


@contextmanager
def unwinding_on_signals() -> Iterator[None]:
    """Let SIGINT and SIGTERM raise KeyboardInterrupt, once, until the block ends.

    Does nothing in another thread than the main one, nor for a signal that someone already
    handles or ignores.
    """
    usual: dict[int, Any] = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: signal.SIG_DFL,
    }
    taken = [number for number, handler in usual.items() if signal.getsignal(number) is handler]
    if threading.current_thread() is not threading.main_thread() or not taken:
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        if _is_finalizer(frame):  # an exception would vanish there: come again
            signal.setitimer(signal.ITIMER_REAL, RETRY_S)
            return
        for each in taken:
            signal.signal(each, signal.SIG_IGN)  # a second one must not stop the clean-up
        raise KeyboardInterrupt

    alarm = signal.signal(signal.SIGALRM, interrupt)
    for number in taken:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, alarm)
        for number in taken:
            signal.signal(number, usual[number])


def _is_finalizer(frame: FrameType | None) -> bool:
    """Whether some caller is a ``__del__``: Amaranth's objects have one, and there are many."""
    while frame is not None:
        if frame.f_code.co_name == "__del__":
            return True
        frame = frame.f_back
    return False
