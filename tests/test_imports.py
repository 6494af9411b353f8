"""Who may import whom: golden and circuits stay apart, and rooms lean one way only."""

import ast
import sys
from pathlib import Path

import pytest

from tests.rooms import ROOMS

CHECKOUT = Path(__file__).resolve().parents[1]

COMMAND_LINE = {"hwgen.cli", "hwgen.commands", "hwgen.__main__", "hwgen.api"}


def module_of(path):
    parts = path.relative_to(CHECKOUT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_within(module, room):
    return module == room or module.startswith(f"{room}.")


def room_of(module):
    return max((room for room in ROOMS if is_within(module, room)), key=len, default=None)


def imports_of(path):
    """Every module or name that the file imports, functions' own imports included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_allowed(name, room):
    if name.split(".")[0] in sys.stdlib_module_names or is_within(name, room):
        return True
    if name in ("hwgen", "hwgen.__version__"):  # the version; the package itself holds no code
        return True
    return any(is_within(name, allowed) for allowed in ROOMS[room])


FILES = {
    module_of(path): path
    for top in ("hwgen", "sim")
    for path in sorted((CHECKOUT / top).rglob("*.py"))
}


@pytest.mark.parametrize("module", FILES)
def test_a_file_imports_only_what_its_room_may(module):
    room = room_of(module)
    if room is None:  # a package's own __init__, which names the version
        assert module == "hwgen"
        assert list(imports_of(FILES[module])) == []
        return
    refused = {name for name in imports_of(FILES[module]) if not is_allowed(name, room)}
    assert refused == set()


@pytest.mark.parametrize("module", [m for m in FILES if room_of(m) not in COMMAND_LINE])
def test_nobody_imports_the_command_line(module):
    taken = {x for x in imports_of(FILES[module]) for top in COMMAND_LINE if is_within(x, top)}
    assert taken == set()


@pytest.mark.parametrize("room", ROOMS)
def test_a_rule_speaks_of_something_that_exists(room):
    assert any(is_within(module, room) for module in FILES)


@pytest.mark.parametrize("room", ["boards", "flows", "rtl_templates"])
def test_a_data_room_holds_no_python(room):
    assert sorted((CHECKOUT / room).rglob("*.py")) == []
