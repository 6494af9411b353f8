"""Descriptor after descriptor: when each one's work begins, and when all stops."""

from amaranth.hdl import Const, Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from hwgen.control.descriptor_check import FAULTS
from hwgen.control.layout import DESCRIPTOR_LAYOUT, is_move, is_multiply
from hwgen.spec.program import Operation
from hwgen.spec.registers import ErrorCode
from hwgen.spec.registers.accelerator import CAUSES

__all__ = ["Executor"]

_SETTLE = 4  # cycles from the end of a pass until its last activations have left ``Fetch``
_ERRORS = {  # the first one counts
    "descriptor_error": ErrorCode.DESCRIPTOR_READ,
    "parameter_error": ErrorCode.PARAMETER_READ,
    "weight_error": ErrorCode.WEIGHT_READ,
    "activation_error": ErrorCode.ACTIVATION_READ,
    "write_error": ErrorCode.ACTIVATION_WRITE,
    "foreign": ErrorCode.FOREIGN_DESCRIPTOR,
    "bad": ErrorCode.BAD_DESCRIPTOR,
    "outside": ErrorCode.ADDRESS_RANGE,
    "unreachable": ErrorCode.ADDRESS_RANGE,
    "no_weights": ErrorCode.WEIGHTS_EXHAUSTED,
    "weights_exhausted": ErrorCode.WEIGHTS_EXHAUSTED,
    "weights_left": ErrorCode.WEIGHTS_LEFT,
    "no_parameters": ErrorCode.PARAMETERS_EXHAUSTED,
    "parameters_left": ErrorCode.PARAMETERS_LEFT,
}
_OF_NEXT = (*FAULTS, "unreachable")  # what is known before a descriptor's turn


class Executor(wiring.Component):
    """Runs a program: begins each descriptor's work when what came before has left room for it.

    The lanes of a layer are set, and its descriptor's streams come, while the pipeline of the
    layer before drains; its passes begin when that one's last codes are written. An error, or
    ``reset``, stops everything: all streams are cleared, transfers under way and the pass under
    way are awaited, and the accelerator is as at the beginning. ``error`` comes at the end of that.

    Members
    -------
    start, reset : In(1)
        Begin a program; stop it.
    stopped : Out(1)
        ``reset`` was obeyed, in this cycle.
    busy, done : Out(1), Out(1)
        A program runs; it has ended well, in this cycle.
    error : Out(4)
        It has ended with an :class:`~hwgen.spec.registers.ErrorCode`, in this cycle.
    position : Out(32)
        Number of the descriptor.
    next : In(stream of :data:`~hwgen.control.layout.DESCRIPTOR_LAYOUT`)
    layer : Out(DESCRIPTOR_LAYOUT)
        Descriptor whose passes run.
    written : Out(DESCRIPTOR_LAYOUT)
        Descriptor whose codes are written.
    fetch_descriptors, set_lanes, begin_passes, begin_move : Out(1)
        Strobes.
    lanes_ready, passes_done, move_done, vector_busy : In(1)
    clear, flushed : Out(1), In(1)
        Streams are to forget everything; all transfers have ended.
    foreign, bad, outside, no_weights, no_parameters, parameters_left : In(1)
        What is wrong with the next descriptor; only while ``next`` is valid.
    unreachable : In(1)
        There is no next descriptor.
    descriptor_error, parameter_error, weight_error, activation_error, write_error : In(1)
        What memory has answered with an error.
    weights_exhausted, weights_left : In(1)
        A pass of the descriptor takes the last weights and is not the last one, or the other
        way round.
    walking, waits_weights : In(1)
        A pass is under way; one waits for weights.
    cause : Out
        What this cycle is spent on: see :data:`~hwgen.spec.registers.accelerator.CAUSES`.
    ended : Out(1)
        Last cycle of a descriptor.
    """

    def __init__(self):
        members = {
            "start": In(1),
            "reset": In(1),
            "stopped": Out(1),
            "busy": Out(1),
            "done": Out(1),
            "error": Out(4),
            "position": Out(32),
            "next": In(stream.Signature(DESCRIPTOR_LAYOUT)),
            "layer": Out(DESCRIPTOR_LAYOUT),
            "written": Out(DESCRIPTOR_LAYOUT),
            **{
                name: Out(1)
                for name in (
                    "fetch_descriptors",
                    "set_lanes",
                    "begin_passes",
                    "begin_move",
                    "clear",
                    "ended",
                )
            },
            **{
                name: In(1)
                for name in (
                    "lanes_ready",
                    "passes_done",
                    "move_done",
                    "vector_busy",
                    "flushed",
                    "walking",
                    "waits_weights",
                    *_ERRORS,
                )
            },
            "cause": Out(len(CAUSES)),
        }
        super().__init__(members)

    def elaborate(self, platform):
        m = Module()
        following = self.next.payload
        settle = Signal(range(_SETTLE + 1))  # until activations have left Fetch
        quiet = Signal()  # no position is under way anywhere
        is_open = Signal()  # a descriptor has not ended
        was_set = Signal()  # lanes are set, or about to be
        code = Signal(4)
        m.d.comb += [
            quiet.eq(self.passes_done & (settle == 0) & ~self.vector_busy),
            self.ended.eq(is_open & quiet & self.move_done & ~self.clear),
        ]
        with m.If(~self.passes_done):
            m.d.sync += settle.eq(_SETTLE)
        with m.Elif(settle != 0):
            m.d.sync += settle.eq(settle - 1)
        with m.If(self.ended):
            m.d.sync += is_open.eq(0)

        failure = Signal(4)

        def stops(code_now):
            """Leave a state for good."""
            with m.If(self.reset | (code_now != ErrorCode.NONE)):
                m.d.sync += code.eq(code_now)
                m.next = "stop"

        with m.FSM() as states:
            with m.State("idle"):
                with m.If(self.start & ~self.reset):
                    m.d.comb += self.fetch_descriptors.eq(1)
                    m.d.sync += self.position.eq(0)
                    m.next = "next"
                stops(Const(ErrorCode.NONE, 4))
            with m.State("next"):
                ends = following.operation == Operation.END
                with m.If(self.next.valid & self.passes_done & (settle == 0)):
                    with m.If(ends & quiet & self.move_done):
                        right = ~self.reset & (failure == ErrorCode.NONE)
                        m.d.comb += [self.next.ready.eq(1), self.done.eq(right)]
                        m.next = "idle"
                    with m.Elif(~ends):
                        m.d.comb += self.next.ready.eq(1)
                        m.d.sync += self.layer.eq(following)
                        m.next = "prepare"
                stops(failure)
            with m.State("prepare"):
                # What came before drains; an array's lanes are set meanwhile.
                moves = is_move(self.layer.operation)
                m.d.comb += self.set_lanes.eq(~was_set & ~moves)
                m.d.sync += was_set.eq(1)
                ready = quiet & (moves | (was_set & self.lanes_ready))
                with m.If(ready & ~is_open):
                    m.d.comb += [self.begin_move.eq(moves), self.begin_passes.eq(~moves)]
                    m.d.sync += [self.written.eq(self.layer), is_open.eq(1), was_set.eq(0)]
                    m.next = "work"
                stops(failure)
            with m.State("work"):
                with m.If(self.passes_done & self.move_done):
                    m.d.sync += self.position.eq(self.position + 1)
                    m.next = "next"
                stops(failure)
            with m.State("stop"):
                m.d.comb += self.clear.eq(1)
                m.d.sync += was_set.eq(0)
                m.next = "flush"
            with m.State("flush"), m.If(self.flushed & quiet & self.move_done):
                m.d.comb += [self.error.eq(code), self.stopped.eq(code == ErrorCode.NONE)]
                m.d.sync += is_open.eq(0)
                m.next = "idle"
        m.d.comb += self.busy.eq(~states.ongoing("idle"))
        self._find_failure(m, failure, states.ongoing("next"))
        self._name_cause(m)
        return m

    def _find_failure(self, m, failure, at_next):
        """The lowest code of what goes wrong."""
        for name, error in reversed(_ERRORS.items()):
            wrong = getattr(self, name)
            if name in _OF_NEXT:
                wrong = wrong & at_next
            with m.If(wrong):
                m.d.comb += failure.eq(error)

    def _name_cause(self, m):
        multiplies = is_multiply(self.layer.operation)
        names = list(CAUSES)

        def cause(name):
            return self.cause[names.index(name)]

        with m.If(self.walking):
            m.d.comb += [cause("streaming").eq(multiplies), cause("pooling").eq(~multiplies)]
        with m.Elif(~self.passes_done & self.waits_weights):
            m.d.comb += cause("weight_wait").eq(1)
        with m.Elif(~self.passes_done | self.vector_busy):
            m.d.comb += cause("drain").eq(1)
        with m.Else():
            m.d.comb += cause("memory_wait").eq(1)
