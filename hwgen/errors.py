"""Errors a user can cause, and the checks that raise them."""

from typing import Any

__all__ = [
    "DataError",
    "HwgenError",
    "ModelError",
    "OutputError",
    "SpecError",
    "StudyError",
    "ToolError",
    "check_choice",
    "check_range",
]


class HwgenError(Exception):
    """A mistake in the input; the command line prints it as one line and exits with 2."""


class SpecError(HwgenError, ValueError):
    """A parameter that names nothing that can be built."""


class ModelError(HwgenError):
    """A network file that cannot be read, or holds what hwgen does not execute."""


class DataError(HwgenError):
    """Images or labels that do not fit the network."""


class OutputError(HwgenError):
    """A place that results cannot be written to."""


class StudyError(HwgenError):
    """A search's record that cannot be read."""


class ToolError(HwgenError):
    """An external tool that is missing, or failed."""


def check_range(owner: str, name: str, value: Any, low: int, high: int) -> None:
    """Raise :exc:`SpecError` unless ``value`` is an int in ``low..high``."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise SpecError(f"{owner} {name} must be an integer from {low} to {high}, not {value!r}")


def check_choice(owner: str, name: str, value: Any, choices: Any) -> None:
    """Raise :exc:`SpecError` unless ``value`` is one of ``choices``."""
    if value not in choices:
        known = ", ".join(str(choice) for choice in choices)
        raise SpecError(f"{owner} {name} must be one of {known}, not {value!r}")
