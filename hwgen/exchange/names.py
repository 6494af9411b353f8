"""Names of multipliers that are words of Verilog and of C at once."""

import re

from hwgen.errors import SpecError

__all__ = ["KEYWORDS", "check_word"]

# IEEE 1364-2005 and, as tools read .v files as SystemVerilog, IEEE 1800-2017.
_VERILOG = """
accept_on alias always always_comb always_ff always_latch and assert assign assume automatic before
begin bind bins binsof bit break buf bufif0 bufif1 byte case casex casez cell chandle checker class
clocking cmos config const constraint context continue cover covergroup coverpoint cross deassign
default defparam design disable dist do edge else end endcase endchecker endclass endclocking
endconfig endfunction endgenerate endgroup endinterface endmodule endpackage endprimitive endprogram
endproperty endsequence endspecify endtable endtask enum event eventually expect export extends
extern final first_match for force foreach forever fork forkjoin function generate genvar global
highz0 highz1 if iff ifnone ignore_bins illegal_bins implements implies import incdir include
initial inout input inside instance int integer interconnect interface intersect join join_any
join_none large let liblist library local localparam logic longint macromodule matches medium
modport module nand negedge nettype new nexttime nmos nor noshowcancelled not notif0 notif1 null or
output package packed parameter pmos posedge primitive priority program property protected pull0
pull1 pulldown pullup pulsestyle_ondetect pulsestyle_onevent pure rand randc randcase randsequence
rcmos real realtime ref reg reject_on release repeat restrict return rnmos rpmos rtran rtranif0
rtranif1 s_always s_eventually s_nexttime s_until s_until_with scalared sequence shortint shortreal
showcancelled signed small soft solve specify specparam static string strong strong0 strong1 struct
super supply0 supply1 sync_accept_on sync_reject_on table tagged task this throughout time
timeprecision timeunit tran tranif0 tranif1 tri tri0 tri1 triand trior trireg type typedef union
unique unique0 unsigned until until_with untyped use uwire var vectored virtual void wait wait_order
wand weak weak0 weak1 while wildcard wire with within wor xnor xor
"""
# C11, what compilers add, and what <stdint.h> and a program have in any case.
_C = """
asm auto break case char const continue default do double else enum extern float for goto if inline
int long main register restrict return short signed sizeof static struct switch typedef typeof union
unsigned void volatile while int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t
intptr_t uintptr_t intmax_t uintmax_t linux unix _Alignas _Alignof _Atomic _Bool _Complex _Generic
_Imaginary _Noreturn _Static_assert _Thread_local
"""
KEYWORDS = frozenset(f"{_VERILOG} {_C}".split())
_WORD = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def check_word(subject: str, name: str, hint: str = "") -> None:
    """Raise :exc:`SpecError` unless a module and an array can be called so.

    Parameters
    ----------
    subject : str
        What the name is of, for the refusal.
    name : str
    hint : str
        What to do about it, for the end of the line.
    """
    if not _WORD.fullmatch(name):
        rule = "of letters, digits and _, the first no digit"
        raise SpecError(f"{subject} must be a plain name {rule}, not {name!r}{hint}")
    if name in KEYWORDS:
        raise SpecError(f"{subject} must be no keyword of Verilog or C, not {name}{hint}")
