"""Searching for circuits: compiled where this installation has it, in NumPy where it has not.

The compiled kernels are an optional part of the package. They hold code for several
instruction sets; :func:`active_path` names the one that runs. All give the same results.
"""

from hwgen.errors import check_choice
from hwgen.kernels.evolution import fallback, native
from hwgen.kernels.evolution.task import Figures, State, Task

__all__ = ["active_path", "assess", "evolve", "paths"]


def paths() -> tuple[str, ...]:
    """What this machine can run, slowest first: ``numpy``, ``portable``, ``avx2``, ``avx512``."""
    return ("numpy", *native.native_paths())


def active_path() -> str:
    """What runs when nothing else is asked for: the last of :func:`paths`."""
    return paths()[-1]


def evolve(task: Task, state: State, evaluations: int, path: str | None = None) -> State:
    """Search until that many more children were evaluated: (1 + lambda) with neutral drift.

    Cartesian genetic programming (Miller and Thomson, EuroGP 2000). The result depends on the
    arguments alone, not on the path.

    Parameters
    ----------
    task : Task
    state : State
        Where to start; its genome should keep the rules. It is not changed.
    evaluations : int
        Children whose circuit differs from their parent's.
    path : str, optional
        One of :func:`paths`; default: :func:`active_path`.
    """
    path = _checked(path)
    if path == "numpy":
        return fallback.evolve(task, state, evaluations)
    return native.evolve(path, task, state, evaluations)


def assess(task: Task, state: State, path: str | None = None) -> Figures:
    """Error and cost of a state's genome, on all operand pairs."""
    path = _checked(path)
    return fallback.assess(task, state) if path == "numpy" else native.assess(path, task, state)


def _checked(path: str | None) -> str:
    if path is None:
        return active_path()
    check_choice("kernels", "path", path, paths())
    return path
