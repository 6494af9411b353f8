"""Work on several circuits at once."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from hwgen.progress import progress

__all__ = ["in_threads"]


def in_threads(jobs: Sequence[Callable[[], None]], title: str) -> None:
    """Do all jobs, showing how far they are; the first that fails stops those not begun.

    Threads are enough: Yosys is a process, and NumPy lets go of the interpreter.
    """
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        tasks = [pool.submit(job) for job in jobs]
        try:
            for task in progress(as_completed(tasks), title, len(tasks)):
                task.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
