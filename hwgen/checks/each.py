"""A check of many circuits, several at a time."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

from hwgen.checks.circuit import Circuit, map_circuit
from hwgen.cost.technology import Technology
from hwgen.progress import progress

__all__ = ["check_each"]

_R = TypeVar("_R")


def check_each(
    check: Callable[[Circuit], _R], names: Sequence[str], technology: Technology, pe: bool
) -> dict[str, _R]:
    """Result of a check for each multiplier, or for elements with them, by its name.

    Threads are enough: the work is done by tools, which are processes.
    """
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        tasks = {
            name: pool.submit(lambda x: check(map_circuit(x, technology, pe=pe)), name)
            for name in dict.fromkeys(names)
        }
        try:
            for task in progress(as_completed(tasks.values()), "check", len(tasks)):
                task.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    return {name: task.result() for name, task in tasks.items()}
