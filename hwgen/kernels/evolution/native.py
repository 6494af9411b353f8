"""The compiled kernels, when this installation has them: a plain shared object, by ctypes."""

import ctypes
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np

from hwgen.kernels.evolution.task import BLOCK_WORDS, Figures, State, Task
from hwgen.kernels.library import open_library

__all__ = ["assess", "evolve", "native_paths"]

_MODULE = (
    "hwgen.kernels.evolution._native"  # built by setuptools; never imported, for it is no module
)
_PATHS = 3


class _Task(ctypes.Structure):
    _fields_ = (
        *((name, ctypes.c_int32) for name in ("inputs", "outputs", "nodes", "words")),
        *((name, ctypes.c_int32) for name in ("planes", "is_signed", "lane_words", "functions")),
        *((name, ctypes.c_void_p) for name in ("input_planes", "exact_planes")),
        *((name, ctypes.c_void_p) for name in ("zero_plane", "weights")),
        ("limit_absolute", ctypes.c_uint64),
        *((name, ctypes.c_int64) for name in ("limit_wce", "limit_mean")),
        *((name, ctypes.c_int32) for name in ("zero", "limit_delay")),
        *((name, ctypes.c_void_p) for name in ("before", "after", "function", "delay")),
        *((name, ctypes.c_void_p) for name in ("area", "output_energy", "pin_energy")),
        *((name, ctypes.c_int64) for name in ("area_weight", "energy_weight")),
        *((name, ctypes.c_int32) for name in ("mutations", "children", "in_full")),
    )


class _State(ctypes.Structure):
    _fields_ = (
        ("random", ctypes.c_uint64),
        ("genes", ctypes.c_void_p),
        *((name, ctypes.c_int64) for name in ("cost", "evaluations", "neutral")),
        *((name, ctypes.c_int64) for name in ("feasible", "accepted")),
    )


@cache
def _library() -> ctypes.CDLL | None:
    library = open_library(_MODULE, "hwgen_path")
    if library is not None:
        library.hwgen_path.restype = ctypes.c_char_p
    return library


@cache
def native_paths() -> tuple[str, ...]:
    """Instruction sets that this machine can run, slowest first; none without the kernels."""
    library = _library()
    if library is None:
        return ()
    names = [library.hwgen_path(index) for index in range(_PATHS)]
    return tuple(name.decode() for name in names if name)


def evolve(path: str, task: Task, state: State, evaluations: int) -> State:
    """Search on one of :func:`native_paths`; see :func:`hwgen.kernels.evolution.evolve`."""
    raw, kept = _raw_task(task)
    found = state.copy()
    raw_state = _raw_state(found)
    call = _function("hwgen_evolve")
    if call(_index(path), ctypes.byref(raw), ctypes.byref(raw_state), _int64(evaluations)):
        raise MemoryError
    del kept
    counts = ("random", "cost", "evaluations", "neutral", "feasible", "accepted")
    return replace(found, **{name: getattr(raw_state, name) for name in counts})


def assess(path: str, task: Task, state: State) -> Figures:
    """Error and cost on one of :func:`native_paths`; see :func:`hwgen.kernels.evolution.assess`."""
    raw, kept = _raw_task(task)
    raw_state = _raw_state(state)
    found = np.zeros(7, np.int64)
    call = _function("hwgen_assess")
    if call(_index(path), ctypes.byref(raw), ctypes.byref(raw_state), _pointer(found)):
        raise MemoryError
    del kept
    absolute, total, cost, area, energy, is_feasible, is_in_time = found.tolist()
    return Figures(
        absolute=absolute,
        total=total,
        cost=cost,
        area=area,
        energy=energy,
        is_feasible=bool(is_feasible),
        is_in_time=bool(is_in_time),
    )


def _function(name: str) -> Callable[..., int]:
    library = _library()
    assert library is not None, "native_paths() names none without the library"
    return getattr(library, name)  # type: ignore[no-any-return]


def _index(path: str) -> int:
    return ("portable", "avx2", "avx512").index(path)


def _pointer(array: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def _int64(value: int) -> ctypes.c_int64:
    return ctypes.c_int64(value)


def _raw_task(task: Task) -> tuple[_Task, list[np.ndarray]]:
    """The structure, and the arrays that it points into."""
    planes, words = task.exact_planes.shape
    block = min(words, BLOCK_WORDS)  # the error's planes are read block by block
    by_block = task.exact_planes.reshape(planes, -1, block).transpose(1, 0, 2)
    arrays = {
        name: np.ascontiguousarray(value, dtype=np.uint64)
        for name, value in (
            ("input_planes", task.input_planes),
            ("exact_planes", by_block),
            ("zero_plane", task.zero_plane),
            ("weights", task.weights),
            ("before", task.before),
            ("after", task.after),
        )
    }
    arrays = {name: _aligned(value) for name, value in arrays.items()}
    arrays["function"] = np.array(task.functions, np.int32)
    arrays["delay"] = np.array(task.delay, np.int32)
    for name in ("area", "output_energy", "pin_energy"):
        arrays[name] = np.array(getattr(task, name), np.int64)
    numbers = (
        *("outputs", "nodes", "is_signed", "limit_absolute", "limit_wce", "limit_mean"),
        *("zero", "limit_delay", "area_weight", "energy_weight", "mutations", "children"),
    )
    raw = _Task(
        inputs=len(task.input_planes),
        words=words,
        planes=planes,
        lane_words=task.before.shape[1],
        functions=len(task.functions),
        in_full=task.in_full,
        **{name: getattr(task, name) for name in numbers},
        **{name: value.ctypes.data for name, value in arrays.items()},
    )
    return raw, list(arrays.values())


def _raw_state(state: State) -> _State:
    counts = ("random", "cost", "evaluations", "neutral", "feasible", "accepted")
    numbers = {name: getattr(state, name) for name in counts}
    return _State(genes=state.genes.ctypes.data, **numbers)


def _aligned(array: np.ndarray) -> np.ndarray:
    """A copy at an address that the widest vector may be loaded from."""
    raw = np.empty(array.nbytes + 64, np.uint8)
    start = -raw.ctypes.data % 64
    copy = raw[start : start + array.nbytes].view(np.uint64).reshape(array.shape)
    copy[...] = array
    return copy
