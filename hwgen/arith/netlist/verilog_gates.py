"""Reading gate-level Verilog: a small strict subset, checked against Yosys by the tests."""

import re
from typing import NamedTuple

from hwgen.arith.netlist.gates import Gate
from hwgen.arith.operand import OperandKind
from hwgen.errors import SpecError

__all__ = ["ParsedNetlist", "parse_gates"]

_TOKEN = re.compile(
    r"(?P<space>\s+|//[^\n]*|/\*.*?\*/)"
    r"|(?P<token>1'b[01]|\d+|[A-Za-z_]\w*|\(\*|\*\)|\"[^\"\n]*\"|[~&|^()\[\]=;,:])",
    re.DOTALL | re.ASCII,
)
_NAME = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
_BINARY = ("|", "^", "&")  # loosest first
_WIDEST = {"a": 10, "w": 10, "p": 32, "mode": 4}  # a table of all operand pairs has to fit memory
_MODES = re.compile(r'"\w+(?: \w+)+"\Z', re.ASCII)  # names of two modes or more
_DEEPEST = 100  # the parser recurses
_KEYWORDS = {"module", "endmodule", "input", "output", "signed", "wire", "assign"}


class ParsedNetlist(NamedTuple):
    """Name, kinds, gates and output nets, numbered as :class:`.netlist.Netlist` does."""

    name: str
    a_kind: OperandKind
    w_kind: OperandKind
    p_kind: OperandKind
    gates: tuple[Gate, ...]
    outputs: tuple[int, ...]
    mode_names: tuple[str, ...]


def parse_gates(text: str, subject: str) -> ParsedNetlist:
    """Parse one module with ports ``a``, ``w`` and ``p``; ``subject`` names it in errors.

    Allowed are one ANSI header with one-dimensional ports ``[msb:0]`` (``signed`` or not),
    declarations ``wire x, y;`` and ``wire x = expression;``, and ``assign`` to a wire or to a
    bit of ``p``. Expressions have ``~ & ^ |``, parentheses, wires, bits of ``a`` and ``w``,
    ``1'b0`` and ``1'b1``. Everything is one bit wide and assigned before it is read.

    A reconfigurable multiplier has one more port, whose attribute names the modes in order:
    ``(* modes = "exact low" *) input [0:0] mode``. It is as wide as the last mode's number.
    """
    return _Parser(text, subject).module()


class _Parser:
    def __init__(self, text: str, subject: str) -> None:
        self._subject = subject
        self._tokens: list[tuple[str, int]] = []
        self._at = 0
        self._nets: dict[str, int] = {"1'b0": 0, "1'b1": 1}
        self._undriven: set[str] = set()  # declared, not assigned yet
        self._gates: list[Gate] = []
        self._modes: tuple[str, ...] = ("fixed",)
        self._scan(text)

    def _scan(self, text: str) -> None:
        position, line = 0, 1
        while position < len(text):
            found = _TOKEN.match(text, position)
            if found is None:
                raise self._error(f"{text[position]!r} is not understood", line)
            if found["token"]:
                self._tokens.append((found["token"], line))
            line += found[0].count("\n")
            position = found.end()
        self._tokens.append(("the end of the file", line))

    def _error(self, rule: str, line: int | None = None) -> SpecError:
        line = line or self._tokens[self._at][1]
        return SpecError(f"netlist {self._subject} line {line}: {rule}")

    def _peek(self) -> str:
        return self._tokens[self._at][0]

    def _take(self, *expected: str) -> str:
        token = self._peek()
        if expected and token not in expected:
            raise self._error(f"expected {' or '.join(expected)}, not {token}")
        self._at += 1
        return token

    def _accept(self, token: str) -> bool:
        if self._peek() != token:
            return False
        self._at += 1
        return True

    def _name(self) -> str:
        token = self._peek()
        if not _NAME.match(token) or token in _KEYWORDS:
            raise self._error(f"expected a name, not {token}")
        return self._take()

    def _number(self) -> int:
        if not self._peek().isdigit():
            raise self._error(f"expected a number, not {self._peek()}")
        return int(self._take())

    def module(self) -> ParsedNetlist:
        self._take("module")
        name = self._name()
        kinds = self._ports()
        for port in ("a", "w", "mode")[: len(kinds) - 1]:
            for bit in range(kinds[port].width):
                self._nets[f"{port}[{bit}]"] = len(self._nets)
        self._port_names = kinds.keys()
        outputs = [f"p[{bit}]" for bit in range(kinds["p"].width)]
        self._undriven.update(outputs)
        self._first_gate = len(self._nets)

        while self._peek() != "endmodule":
            if self._take("assign", "wire", "endmodule") == "assign":
                self._assign(self._reference())
            else:
                self._wires()
        for output in outputs:
            if output in self._undriven:
                raise self._error(f"{output} is never assigned")
        self._take("endmodule")
        if self._peek() != "the end of the file":
            raise self._error(f"expected nothing after the module, not {self._peek()}")
        return ParsedNetlist(
            name,
            kinds["a"],
            kinds["w"],
            kinds["p"],
            tuple(self._gates),
            tuple(self._nets[output] for output in outputs),
            self._modes,
        )

    def _ports(self) -> dict[str, OperandKind]:
        kinds: dict[str, OperandKind] = {}
        missing = {"a", "w", "p"}
        self._take("(")
        while True:
            if "mode" not in kinds and self._accept("(*"):
                kinds["mode"] = self._mode_port()
            else:
                port, kind = self._port(missing)
                missing.remove(port)
                kinds[port] = kind
            following = [","] if missing else [")"] if "mode" in kinds else [",", ")"]
            if self._take(*following) == ")":
                self._take(";")
                return kinds

    def _port(self, missing: set[str]) -> tuple[str, OperandKind]:
        direction = self._take("input", "output")
        self._accept("wire")
        is_signed = self._accept("signed")
        self._take("[")
        width = self._number() + 1
        for token in (":", "0", "]"):
            self._take(token)
        fitting = sorted(x for x in missing if (x == "p") == (direction == "output"))
        port = self._take(*fitting or ["no more " + direction])
        if width > _WIDEST[port]:
            raise self._error(f"{port} must have at most {_WIDEST[port]} bits, not {width}")
        return port, OperandKind(width, is_signed)

    def _mode_port(self) -> OperandKind:
        """After ``(*``."""
        for token in ("modes", "="):
            self._take(token)
        names = self._peek()
        if not _MODES.match(names):
            raise self._error(f"expected names of modes with a space between, not {names}")
        self._modes = tuple(self._take()[1:-1].split())
        self._take("*)")
        port, kind = self._port({"mode"})
        if kind != OperandKind((len(self._modes) - 1).bit_length(), False):
            raise self._error(
                f"{port} of {len(self._modes)} modes must be unsigned of "
                f"{(len(self._modes) - 1).bit_length()} bits, not {kind.name}"
            )
        return kind

    def _wires(self) -> None:
        while True:
            name = self._name()
            if name in self._nets or name in self._undriven or name in self._port_names:
                raise self._error(f"{name} is declared twice")
            self._undriven.add(name)
            if self._peek() == "=":
                self._assign(name)
                return
            if self._take(",", ";") == ";":
                return

    def _assign(self, name: str) -> None:
        if name not in self._undriven:
            raise self._error(f"{name} is assigned already, or is no wire and no bit of p")
        self._take("=")
        net = self._expression()
        self._take(";")
        self._undriven.remove(name)
        self._nets[name] = net

    def _reference(self) -> str:
        name = self._name()
        if self._accept("["):
            name = f"{name}[{self._number()}]"
            self._take("]")
        return name

    def _expression(self, depth: int = 0, level: int = 0) -> int:
        if level == len(_BINARY):
            return self._operand(depth)
        net = self._expression(depth, level + 1)
        while self._accept(_BINARY[level]):
            net = self._gate(_BINARY[level], net, self._expression(depth, level + 1))
        return net

    def _operand(self, depth: int) -> int:
        if depth > _DEEPEST:
            raise self._error(f"an expression must nest at most {_DEEPEST} deep")
        if self._accept("~"):
            net = self._operand(depth + 1)
            return self._gate("~", net, net)
        if self._accept("("):
            net = self._expression(depth + 1)
            self._take(")")
            return net
        if self._peek() in ("1'b0", "1'b1"):
            return self._nets[self._take()]
        name = self._reference()
        if name in self._undriven:
            raise self._error(f"{name} is read before it is assigned")
        if name not in self._nets:
            raise self._error(f"{name} is not declared")
        return self._nets[name]

    def _gate(self, kind: str, x: int, y: int) -> int:
        self._gates.append(Gate(kind, x, y))
        return self._first_gate + len(self._gates) - 1
