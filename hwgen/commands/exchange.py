"""``hwgen multipliers import`` and ``hwgen multipliers export``."""

import argparse
from pathlib import Path

import hwgen
from hwgen.arith.catalogue import find
from hwgen.arith.metrics import measure
from hwgen.arith.netlist.gate_builder import to_verilog
from hwgen.arith.netlist.netlist import Netlist
from hwgen.commands.table import ERROR_HEADERS, error_cells, table
from hwgen.errors import OutputError
from hwgen.exchange.doubts import doubts
from hwgen.exchange.export import BEGINNINGS, export
from hwgen.exchange.verilog_import import Ports, Source, import_verilog
from hwgen.output import replacing_file

__all__ = ["give_out", "take_in"]

_IMPORTED = b"// Imported by hwgen"


def take_in(args: argparse.Namespace) -> None:
    """Import a Verilog file, write it as a netlist and tell what it is."""
    if not args.output.endswith(".v"):
        raise OutputError(f"output must be a file that ends in .v, not {args.output}")
    _check_ours(args.output, _IMPORTED, "an imported multiplier")
    ports = Ports(
        a=args.a,
        w=args.w,
        out=args.out,
        a_signed=args.signed or args.a_signed,
        w_signed=args.signed or args.w_signed,
    )
    with replacing_file(args.output) as place:
        source = Source.read(Path(args.file))
        netlist = import_verilog(source, ports, top=args.top, name=args.name)
        text = _origin(source, ports) + to_verilog(netlist, netlist.name)
        place.write_text(text, encoding="utf-8")
    print(_summary(netlist, args.output))


def _origin(source: Source, ports: Ports) -> str:
    """Comment that says where a netlist comes from. Its first line is that of every import."""
    file = "".join(x if x.isprintable() else "?" for x in Path(source.name).name)
    return (
        f"{_IMPORTED.decode()} {hwgen.__version__} from {file}\n"
        f"// (SHA-256 {source.digest}):\n"
        f"// a is {ports.a}, w is {ports.w}, p is {ports.out}. Its licence is that of the origin.\n"
    )


def _summary(netlist: Netlist, output: str) -> str:
    error = measure(netlist)
    kinds = (netlist.a_kind, netlist.w_kind, netlist.p_kind)
    zero, commutative = _answer(error.is_zero_preserving), _answer(error.is_commutative)
    lines = [
        f"{output}: {netlist.name}, {len(netlist.gates)} gates, "
        "activation {}, weight {}, product {}".format(*(kind.name for kind in kinds)),
        "",
        table(ERROR_HEADERS, [error_cells(error)]),
        "",
        f"zero-preserving: {zero}, commutative: {commutative}",
    ]
    return "\n".join([*lines, *(f"WARNING: {doubt}" for doubt in doubts(netlist))])


def _answer(claim: bool | None) -> str:
    return {True: "yes", False: "no", None: "operands differ"}[claim]


def give_out(args: argparse.Namespace) -> None:
    """Export a multiplier for other tools."""
    multiplier = find(args.name)
    name = multiplier.name if isinstance(multiplier, Netlist) else args.name
    content = export(name, multiplier, args.format, args.mode)
    if args.format in BEGINNINGS:
        _check_ours(args.output, BEGINNINGS[args.format], "an exported multiplier")
    else:
        _check_equal(args.output, content)
    with replacing_file(args.output) as place:
        place.write_bytes(content)
    print(f"{args.output}: {args.name} as {args.format}, {len(content)} bytes")


def _check_ours(output: str, beginning: bytes, what: str) -> None:
    """Refuse to replace a file that hwgen did not write."""
    if not Path(output).is_file():
        return
    with Path(output).open("rb") as stream:
        if stream.read(len(beginning)) != beginning:
            raise OutputError(f"output {output} must be new or {what}, but it is another file")


def _check_equal(output: str, content: bytes) -> None:
    """Refuse to replace a file of a format that has no place for a word of who wrote it."""
    place = Path(output)
    if place.is_file() and not _holds(place, content):
        raise OutputError(f"output {output} must be new or hold the same array, but it differs")


def _holds(place: Path, content: bytes) -> bool:
    return place.stat().st_size == len(content) and place.read_bytes() == content
