"""Reading Liberty files into a tree of groups. Units and meaning are in ``cell``."""

import gzip
import io
import re
import stat
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from hwgen.errors import SpecError

__all__ = ["Group", "parse_liberty", "read_liberty"]

LIMIT = 1 << 28  # bytes: several times the largest published library; /dev/zero has no end

_COMMENT = re.compile(r"/\*.*?\*/|\\\r?\n", re.DOTALL)
_STATEMENT = re.compile(
    r"""
    \s*(?:
      (?P<head>[\w$.-]+) \s* \( (?P<args>(?:[^()"{}]|"[^"]*")*) \) \s* (?P<end>[{;]?)
    | (?P<key>[\w$.-]+) \s* : \s* (?P<value>"[^"]*"|[^;{}\n"]*) [ \t]* ;?
    | (?P<close>\})
    | ;
    )""",
    re.VERBOSE,
)


@dataclass
class Group:
    """A group statement: ``kind (arguments) { ... }``.

    Parameters
    ----------
    kind : str
        Such as ``cell``, ``pin`` or ``timing``.
    arguments : list of str
        In parentheses, without quotes.
    simple : dict of str to str
        ``name : value;`` statements.
    complex : dict of str to list of str
        ``name (values);`` statements; the last one of a name counts.
    groups : list of Group
        In file order.
    """

    kind: str
    arguments: list[str]
    simple: dict[str, str] = field(default_factory=dict)
    complex: dict[str, list[str]] = field(default_factory=dict)
    groups: list["Group"] = field(default_factory=list)

    @property
    def name(self) -> str:
        """First argument; empty when there is none."""
        return self.arguments[0] if self.arguments else ""

    def all(self, kind: str) -> list["Group"]:
        """Groups of that kind."""
        return [group for group in self.groups if group.kind == kind]

    def to_text(self) -> str:
        """The group in Liberty's syntax."""
        lines = [f"{self.kind} ({', '.join(map(_quoted, self.arguments))}) {{"]
        lines += [f"{key} : {_quoted(value)};" for key, value in self.simple.items()]
        lines += [f"{k} ({', '.join(map(_quoted, v))});" for k, v in self.complex.items()]
        lines += [group.to_text() for group in self.groups]
        return "\n".join([*lines, "}"])


def read_liberty(path: Path) -> tuple[Group, str]:
    """The library group of a Liberty file, plain or gzip-compressed, and the file's text."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe may never say anything
            raise SpecError(f"Liberty file {path} must be a regular file")
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
        if data[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as archive:
                data = archive.read(LIMIT + 1)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise SpecError(f"Liberty file {path} cannot be read: {reason}") from error
    if len(data) > LIMIT:
        raise SpecError(f"Liberty file {path} must hold at most {LIMIT >> 20} MiB, but holds more")
    text = data.decode("latin-1")  # ASCII in practice; any byte may stand in a comment
    return parse_liberty(text, f"Liberty file {path}"), text


def parse_liberty(text: str, subject: str = "Liberty text") -> Group:
    """Parse Liberty; ``subject`` names it in errors."""
    text = _COMMENT.sub(_blank, text)
    root = Group("", [])
    stack = [root]
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _STATEMENT.match(text, position)
        if match is None or (match["close"] and len(stack) == 1):
            line = text.count("\n", 0, len(text) - len(text[position:].lstrip())) + 1
            found = text[position:].split(maxsplit=1)[0][:40]
            raise SpecError(f"{subject} line {line} must hold a Liberty statement, not {found!r}")
        position = match.end()
        if match["head"]:
            _open_or_set(stack, match)
        elif match["key"]:
            stack[-1].simple[match["key"]] = match["value"].strip().strip('"')
        elif match["close"]:
            stack.pop()
    if len(stack) > 1:
        inside = " ".join(filter(None, (stack[-1].kind, stack[-1].name)))
        raise SpecError(f"{subject} must close every group, but it ends inside {inside}")
    if len(root.groups) != 1 or root.groups[0].kind != "library":
        kinds = ", ".join(group.kind for group in root.groups) or "none"
        raise SpecError(f"{subject} must hold one library group, not {kinds}")
    return root.groups[0]


def _open_or_set(stack: list[Group], match: re.Match[str]) -> None:
    arguments = _arguments(match["args"])
    if match["end"] == "{":
        group = Group(match["head"], arguments)
        stack[-1].groups.append(group)
        stack.append(group)
    else:
        stack[-1].complex[match["head"]] = arguments


def _arguments(text: str) -> list[str]:
    if '"' in text:
        outside, inside = text.split('"')[::2], text.split('"')[1::2]
        if not "".join(outside).strip(", \t\r\n"):  # nearly always, and quicker
            return inside
        return [a or b.strip() for a, b in re.findall(r'"([^"]*)"|([^",]*[^",\s][^",]*)', text)]
    return [part.strip() for part in text.split(",") if part.strip()]


def _quoted(text: str) -> str:
    return f'"{text}"'


def _blank(match: re.Match[str]) -> str:
    """Keep the number of lines, for error messages."""
    return " " + "\n" * match[0].count("\n")
