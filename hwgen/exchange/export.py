"""Multipliers for other tools: tables as NumPy array or C header, circuits as Verilog."""

import hashlib
import io
import re
import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np
from amaranth.hdl import Module, Shape, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from numpy.typing import NDArray

import hwgen
from hwgen.arith.catalogue import describe
from hwgen.arith.multiplier import Multiplier
from hwgen.errors import check_choice, check_range
from hwgen.exchange.names import check_word
from hwgen.verilog import to_verilog

__all__ = ["BEGINNINGS", "FORMATS", "export"]

BEGINNINGS = {"c": b"/*\n * Exported by hwgen", "verilog": b"// Exported by hwgen"}
"""How the files begin, by format; an array of NumPy has no place for it."""


def export(name: str, multiplier: Multiplier, form: str, mode: int | None = None) -> bytes:
    """Contents of the file that another tool reads.

    Parameters
    ----------
    name : str
        What the multiplier is called; array and module are called so, too.
    multiplier : Multiplier
    form : str
        ``npy``: int32 products, indexed by raw codes ``[a, w]``.
        ``c``: a header with the same array.
        ``verilog``: one combinational module of that name with the ports ``a``, ``w``, ``mode``
        where there are several, and ``p``, at least as wide as both operands together.
    mode : int, optional
        The only mode to export; default: all, as ``[mode, a, w]`` or by the port ``mode``.
    """
    check_choice("export", "format", form, FORMATS)
    if mode is not None:
        check_range(f"multiplier {name}", "mode", mode, 0, len(multiplier.modes) - 1)
    elif len(multiplier.modes) == 1:
        mode = 0
    return FORMATS[form](name, multiplier, mode)


def _products(multiplier: Multiplier, mode: int | None) -> NDArray[np.int32]:
    if mode is not None:
        return multiplier.table(mode)
    return np.stack([multiplier.table(each) for each in range(len(multiplier.modes))])


def _npy(name: str, multiplier: Multiplier, mode: int | None) -> bytes:
    stream = io.BytesIO()
    np.save(stream, _products(multiplier, mode).astype("<i4"), allow_pickle=False)
    return stream.getvalue()


def _identifier(name: str) -> str:
    """The name with everything that C and Verilog do not allow replaced; no keyword of them."""
    word = re.sub(r"\W|^(?=\d)", "_", name, flags=re.ASCII)
    check_word("export name", word, "; hwgen multipliers import --name gives another")
    return word


def _c(name: str, multiplier: Multiplier, mode: int | None) -> bytes:
    products = _products(multiplier, mode)
    fits = np.iinfo(np.int16).min <= products.min() and products.max() <= np.iinfo(np.int16).max
    word = "int16_t" if fits else "int32_t"
    own = _identifier(name)
    shape = "".join(f"[{size}]" for size in products.shape)
    guard = f"HWGEN_{own.upper()}_H"
    body = np.array2string(
        products,
        separator=",",
        threshold=products.size,
        max_line_width=100,
        formatter={"int": str},
    )
    lines = [
        _comment(name, multiplier, mode, products),
        f"#ifndef {guard}",
        f"#define {guard}",
        "",
        "#include <stdint.h>",
        "",
        f"static const {word} {own}{shape} =",
        re.sub(r"\n\s*\n", "\n", body).translate(str.maketrans("[]", "{}")) + ";",
        "",
        "#endif",
        "",
    ]
    return "\n".join(lines).encode()


def _comment(
    name: str, multiplier: Multiplier, mode: int | None, products: NDArray[np.int32]
) -> str:
    a, w = multiplier.a_kind, multiplier.w_kind
    chosen = multiplier.modes if mode is None else multiplier.modes[mode : mode + 1]
    first = 0 if mode is None else mode
    digest = hashlib.sha256(products.astype("<i4").tobytes()).hexdigest()
    index = f"[a & {(1 << a.width) - 1}][w & {(1 << w.width) - 1}]"
    index = f"[mode]{index}" if mode is None else index
    sentences = [
        f"Exported by hwgen {hwgen.__version__}: products of the multiplier {name}.",
        f"{describe(multiplier)}.",
        f"Index: {index}, where a is {a.name} and w is {w.name}, both in two's complement.",
        f"Modes: {', '.join(f'{i} {label}' for i, label in enumerate(chosen, start=first))}.",
        f"SHA-256 of the products in this order as little-endian int32: {digest}",
    ]
    text = [
        textwrap.fill(x, 96, initial_indent=" * ", subsequent_indent=" * ", break_long_words=False)
        for x in sentences
    ]
    return "\n".join(["/*", *text, " */"])


def _verilog(name: str, multiplier: Multiplier, mode: int | None) -> bytes:
    own = _identifier(name)
    origin = f"// Exported by hwgen {hwgen.__version__}: multiplier {own}\n"
    return (origin + to_verilog(ExportedMultiplier(multiplier, mode), own)).encode()


class ExportedMultiplier(wiring.Component):
    """Combinational multiplier by itself, with a product as wide as both operands.

    Members
    -------
    a, w : In(a_kind), In(w_kind)
        Operands.
    mode : In(mode_width)
        Mode. Absent when the multiplier has one mode, or one was chosen.
    p : Out
        Product; two's complement when an operand is, or when a product is negative.
    """

    def __init__(self, multiplier: Multiplier, mode: int | None = None) -> None:
        self.multiplier = multiplier
        self.only_mode = mode
        a, w, product = multiplier.a_kind, multiplier.w_kind, multiplier.product_kind
        signed = a.signed or w.signed or product.signed
        width = max(a.width + w.width, product.width + (signed and not product.signed))
        members = {
            "a": In(Shape(a.width, a.signed)),
            "w": In(Shape(w.width, w.signed)),
            "p": Out(Shape(width, signed)),
        }
        if mode is None:
            members["mode"] = In(unsigned(multiplier.mode_width))
        super().__init__(members)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        inner = self.multiplier.create()
        m.submodules.product = inner  # not placed: files with a module each are used together
        m.d.comb += [inner.a.eq(self.a), inner.w.eq(self.w), self.p.eq(inner.p)]
        if self.multiplier.mode_width:
            m.d.comb += inner.mode.eq(self.mode if self.only_mode is None else self.only_mode)
        return m


FORMATS: dict[str, Callable[[str, Multiplier, int | None], bytes]] = {
    "npy": _npy,
    "c": _c,
    "verilog": _verilog,
}
