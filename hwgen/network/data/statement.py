"""Where a preprocessing is stated: a TOML file beside the model, or an option."""

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

from hwgen.errors import SpecError
from hwgen.files import read_text
from hwgen.network.data.preprocessing import NORMALIZED, Preprocessing

__all__ = ["parse", "preprocessing_of"]

_KEYS = tuple(x.name for x in fields(Preprocessing) if x.name != "subject")
_MEANINGS = (("codes",), ("scale", "zero_point"), NORMALIZED)  # only one of them can be
_EXAMPLE = "'divide = 255, mean = 0.5, std = 0.25'"


def preprocessing_of(model: str | Path, stated: str | None = None) -> Preprocessing | None:
    """The preprocessing that was stated for a model; None where nothing was.

    Parameters
    ----------
    model : path
        ``NAME.toml`` beside ``NAME.onnx`` is read where nothing else is stated.
    stated : str, optional
        A file that ends in ``.toml``, or its keys in one line, such as
        ``divide = 255, mean = [0.5, 0.4, 0.4]``.

    Raises
    ------
    SpecError
    """
    if stated is not None and not stated.endswith(".toml"):
        return parse(_inline(stated))
    path = Path(model).with_suffix(".toml") if stated is None else Path(stated)
    if stated is None and not path.exists():
        return None
    text = read_text(path, "preprocessing", SpecError)
    try:
        return parse(tomllib.loads(text), f"preprocessing {path}")
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"preprocessing {path} is not TOML: {error}") from error


def parse(stated: dict[str, Any], subject: str = "preprocessing") -> Preprocessing:
    """Preprocessing of the keys of a TOML file; ``subject`` names it in errors."""
    for name in stated:
        if name not in _KEYS:
            raise SpecError(f"{subject} has the unknown key {name}; known: {', '.join(_KEYS)}")
    given = [names for names in _MEANINGS if any(name in stated for name in names)]
    if not given or (given == [("codes",)] and stated["codes"] is False):
        raise SpecError(
            f"{subject} must say what numbers mean: codes = true, scale and zero_point, "
            f"or some of divide, mean and std"
        )
    if len(given) > 1:
        first, second = (next(x for x in names if x in stated) for names in given[:2])
        raise SpecError(f"{subject} must say {first} or {second}, not both")
    if "zero_point" in stated and "scale" not in stated:
        raise SpecError(f"{subject} lacks the key scale")
    lists = {x: _tuple(stated[x]) for x in NORMALIZED if x in stated}
    return Preprocessing(**(stated | lists), subject=subject)


def _inline(stated: str) -> dict[str, Any]:
    """Keys of a line, which is an inline table of TOML without its braces."""
    try:
        if not stated.isprintable():
            raise ValueError("it has more than one line")
        table: dict[str, Any] = tomllib.loads(f"given = {{{stated}}}")["given"]
    except ValueError as error:  # TOML's own is one
        reason = str(error).partition(" (at ")[0]  # a column that counts what was put before
        raise SpecError(
            f"preprocessing must be a file that ends in .toml, or its keys in one line, "
            f"such as {_EXAMPLE}, not {stated!r}: {reason}"
        ) from error
    return table


def _tuple(numbers: Any) -> tuple[Any, ...]:
    return tuple(numbers) if isinstance(numbers, list) else (numbers,)
