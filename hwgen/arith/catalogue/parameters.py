"""Multipliers named by their family and parameters, such as ``Drum(k=7, w_kind=u8)``."""

import ast
import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from hwgen.arith.multiplier import Multiplier
from hwgen.arith.operand import OperandKind
from hwgen.errors import SpecError

__all__ = ["is_call", "parse_call"]


def is_call(name: str) -> bool:
    """Whether a name is that of a family with its parameters in parentheses."""
    return re.fullmatch(r"\w+\(.*\)", name, re.DOTALL) is not None


def parse_call(name: str, families: Mapping[str, type[Multiplier]]) -> Multiplier:
    """The multiplier of a family, by its class's name and its parameters.

    Values are integers, True and False, strings, tuples of these, and operand kinds such as
    ``u8``. Raises :exc:`SpecError` for anything else, and for what the family refuses.
    """
    try:
        call = ast.parse(name.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        call = None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.args:
        raise SpecError(f"multiplier must be FAMILY(parameter=value, ...), not {name!r}")
    if call.func.id not in families:
        known = ", ".join(sorted(families))
        raise SpecError(f"multiplier family must be one of {known}, not {call.func.id!r}")
    family = families[call.func.id]
    given: dict[str, Any] = {}
    for word in call.keywords:
        if str(word.arg) in given:
            raise SpecError(
                f"multiplier {name} must give every parameter once, not {word.arg} twice"
            )
        given[str(word.arg)] = _value(name, word.value)
    _check_names(family, given)
    try:
        return family(**given)
    except (TypeError, AttributeError):  # such as a number for a tuple; families check ranges
        raise SpecError(
            f"multiplier {name} must give every parameter a value of the type that it takes"
        ) from None


def _value(name: str, node: ast.expr) -> Any:
    if isinstance(node, ast.Name) and (found := re.fullmatch(r"([us])(\d{1,2})", node.id)):
        return OperandKind(int(found[2]), found[1] == "s")
    if isinstance(node, ast.Tuple):
        return tuple(_value(name, item) for item in node.elts)
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError, RecursionError):
        value = None
    if not isinstance(value, int | str):
        raise SpecError(
            f"multiplier {name} values must be integers, True, False, tuples, strings or kinds "
            f"such as u8, not {ast.unparse(node)}"
        )
    return value


def _check_names(family: type[Multiplier], given: Mapping[str, Any]) -> None:
    known = {field.name: field for field in fields(family) if field.init}  # type: ignore[arg-type]
    for name in given:
        if name not in known:
            raise SpecError(
                f"multiplier family {family.__name__} has the parameters {', '.join(known)}, "
                f"not {name}"
            )
    for name, field in known.items():
        if name not in given and field.default is MISSING:
            raise SpecError(f"multiplier family {family.__name__} needs the parameter {name}")
        if name.endswith("_kind") and not isinstance(given.get(name, field.default), OperandKind):
            raise SpecError(
                f"multiplier {family.__name__} {name} must be a kind such as u8, "
                f"not {given[name]!r}"
            )
