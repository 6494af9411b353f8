"""How long an accelerator takes for a program, by the schedule of its sequencer.

Memory is taken to answer after a fixed time and never to hold up a beat; a test holds the model
to what simulated accelerators count with such a memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from hwgen.compiler.program import Program
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.memory_port import BURST_BEATS
from hwgen.spec.program import (
    DESCRIPTOR_BYTES,
    Operation,
    parameter_bytes,
    unpack_descriptor,
    weight_word_bits,
)

__all__ = ["StepCycles", "program_cycles"]

_START = -6  # until the first descriptor is asked for, less what its load does meanwhile
_CHECK = 24  # of a descriptor, and its way
_SETTLE = 5  # from a descriptor's last position until the next one is taken
_NEXT = 2  # from one descriptor's last write to the next one's work
_SET = 4  # the same where lanes must be set first, beside a cycle for each
_FETCH = 4  # from the taking of a pass to its first activations at the array's edge
_REQUANTIZE = 6
_COLUMN = 2  # accumulator, and the sum with the bias
_WRITE = 2  # the last code, and the end of the descriptor
_SWAP = 3  # from the taking of a block until the next one may be loaded, beside its columns
_WORD = 4  # from a beat with a weight word until it may be loaded
_GATHER = 4  # from the last parameter's coming until they may be claimed
_SHOW = 10  # from one claim of parameters to the next, beside a cycle for each column
_RETURN = 9  # from the last operand of a sum to its accumulator
_LOAD = 9  # from the command of a run to its first beat in the banks, beside memory's answer
_STORE = 8  # from a first beat's way out of the banks to memory's response

_Fields = dict[str, int]


@dataclass(frozen=True, kw_only=True)
class StepCycles:
    """Cycles of one descriptor by cause: each cycle has one.

    Parameters
    ----------
    layer : str
        That of the program's step; empty at the end.
    operation : Operation
    streaming : int
        A position of a multiplication entered the array.
    weight_wait : int
        The array waited for weights.
    drain : int
        The pipeline drained before the next layer, or a pass waited for parameters.
    pooling : int
        A position of a pooling, a copy or an addition was read.
    memory_wait : int
        Activations were loaded or stored, or a descriptor awaited.
    """

    layer: str
    operation: Operation
    streaming: int = 0
    weight_wait: int = 0
    drain: int = 0
    pooling: int = 0
    memory_wait: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.streaming + self.weight_wait + self.drain + self.pooling + self.memory_wait


def program_cycles(program: Program, memory_latency: int = 16) -> list[StepCycles]:
    """Cycles of every descriptor; the last one ends the program.

    Parameters
    ----------
    program : Program
    memory_latency : int
        Cycles from a read's address to its first beat.
    """
    clock = _Clock(program.spec, memory_latency)
    places = range(0, DESCRIPTOR_BYTES * (len(program.steps) + 1), DESCRIPTOR_BYTES)
    fields = (unpack_descriptor(program.image[x : x + DESCRIPTOR_BYTES]) for x in places)
    steps = zip(program.steps, pairwise(fields), strict=True)
    found = [clock.execute(step.layer, own, following) for step, (own, following) in steps]
    return [*found, clock.end()]


@dataclass(eq=False)
class _Clock:
    """Time, and the weight words that are on their way."""

    spec: AcceleratorSpec
    latency: int
    now: int = 0
    asked_from: int = 0  # when this descriptor's weights could be asked for
    last_word: int = 0  # when the last weight word arrived
    taken: list[int] = field(default_factory=list)  # when words left the queue
    claimed: int = -1000  # when the last parameters were
    claims: int = 0  # of this descriptor
    described: int = 0  # when the next descriptor is checked
    vacant: int = 0  # from when on it may be taken

    def execute(self, layer: str, fields: _Fields, following: _Fields) -> StepCycles:
        """Advance by one descriptor."""
        operation = Operation(fields["operation"])
        began = self.now
        if not began:
            self.described = _START + self._describe
        self.asked_from, self.claims = self.described, 0
        taken = max(self.vacant, self.described)
        self.described = taken + self._describe
        if operation in (Operation.LOAD, Operation.STORE):
            self.now = max(began, taken) + self._move(operation, fields, following)
            if not began:  # the second descriptor comes between
                self.now += self._beats(DESCRIPTOR_BYTES)
            self.vacant = self.now
            return StepCycles(layer=layer, operation=operation, memory_wait=self.now - began)
        self.now = max(self.now + _NEXT, taken + self.spec.lanes + _SET)
        waited = self.now - began
        multiplies = operation in (Operation.DENSE, Operation.DIAGONAL)
        causes = (self._multiply if multiplies else self._bypass)(operation, fields)
        self.vacant = self.now + _SETTLE
        self.now += self._drain
        causes["drain"] += self._drain
        return StepCycles(layer=layer, operation=operation, memory_wait=waited, **causes)

    def end(self) -> StepCycles:
        """Await the descriptor that ends the program."""
        waited = max(0, self.described - self.now)
        return StepCycles(layer="", operation=Operation.END, memory_wait=waited)

    @property
    def _describe(self) -> int:
        """Cycles to fetch and check a descriptor."""
        return self.latency + self._beats(DESCRIPTOR_BYTES) + _CHECK

    def _beats(self, size: int) -> int:
        return -(-8 * size // self.spec.data_width)

    @property
    def _corrections(self) -> int:
        """Cycles that corrections of a sum take."""
        return 2 if self.spec.variate_bits else int(self.spec.activation_sum)

    @property
    def _to_columns(self) -> int:
        """Cycles from the taking of a pass until its first sum is at its column."""
        spec = self.spec
        array = spec.rows + spec.multiplier_stages + (spec.form == "edge")
        return _FETCH + array + self._corrections

    @property
    def _drain(self) -> int:
        """Cycles from the last position's issue to the write of its last column."""
        skew = self.spec.cols - self.spec.cols // self.spec.requantizers
        return self._to_columns + _COLUMN + _REQUANTIZE + skew + _WRITE

    def _move(self, operation: Operation, fields: _Fields, following: _Fields) -> int:
        """Lines follow each other, in beats; what the next descriptor needs comes between."""
        run = self._beats(fields["run_bytes"])
        beats = fields["height"] * run
        if operation == Operation.STORE:
            return _STORE + beats
        queue = self.spec.weight_fifo_words * weight_word_bits(self.spec) // self.spec.data_width
        queue += BURST_BEATS * self.spec.outstanding
        between = min(2 * self._group_beats, self._beats(following["parameter_bytes"]))
        between += min(queue, self._beats(following["weight_bytes"]))
        # It is known after a while; then bursts alternate.
        bursts = max(0, beats - self.latency - _CHECK) // min(run, BURST_BEATS)
        between = min(between, bursts * BURST_BEATS)
        return self.latency + _LOAD + beats + between

    @property
    def _group_beats(self) -> int:
        """Of a group's parameters."""
        return self._beats(self.spec.cols * parameter_bytes(self.spec))

    def _claim(self, start: int) -> int:
        """When a pass that is due at ``start`` has its parameters."""
        self.claims += 1
        beats = self.claims * self._group_beats
        arrival = self.asked_from + self.latency + beats + _GATHER
        shown = self.claimed + _SHOW + self.spec.cols + self._corrections
        self.claimed = max(start, arrival, shown)
        return self.claimed

    def _bypass(self, operation: Operation, fields: _Fields) -> dict[str, int]:
        positions = fields["height"] * fields["width"]
        spaced = positions * fields["spacing"]
        busy, began = 0, self.now
        for _ in range(fields["groups"]):
            if operation == Operation.SUM:
                passes = [spaced] * 3
            else:
                passes = [spaced]
                self.now += positions * (fields["passes"] - 1)
                busy += positions * (fields["passes"] - 1)
            for spent in passes:
                self.now = self._claim(self.now) + spent
                busy += spent
            if operation == Operation.SUM:
                self.now += _RETURN
        return {"pooling": busy, "drain": self.now - began - busy}

    def _multiply(self, operation: Operation, fields: _Fields) -> dict[str, int]:
        """Passes, each when its block and its parameters are there."""
        rows, cols = self.spec.rows, self.spec.cols
        words = 1 if operation == Operation.DIAGONAL else rows
        passes = fields["passes"]
        arrivals = self._arrivals(words * passes, fields["groups"])
        positions = fields["height"] * fields["width"]
        free = self.now - rows - cols  # the layer before has drained
        busy, waited, drain = 0, 0, 0
        for block in range(passes * fields["groups"]):
            loaded: float = free
            for row in range(rows):
                if row < words:
                    loaded = max(loaded, next(arrivals))
                    self.taken.append(int(loaded))
                loaded += 1
            start = max(self.now, int(loaded))
            if start > self.now:
                waited += start - self.now - 1
                drain += 1  # the loader sees late that it is awaited
            spent = positions
            if (block + 1) % passes == 0:
                begins = self._claim(start)
                drain += begins - start
                start, spent = begins, positions * fields["spacing"]
            busy += spent
            self.now, free = start + spent, start + cols + _SWAP
        return {"streaming": busy, "weight_wait": waited, "drain": drain}

    def _arrivals(self, words: int, groups: int) -> Iterator[float]:
        """When weight words come: in order, and only where the queue has room.

        Parameters come between them, those of a group before its weights.
        """
        interval = weight_word_bits(self.spec) / self.spec.data_width
        time: float = max(self.last_word, self.asked_from + self.latency + _WORD)
        for number in range(words * groups):
            gone = len(self.taken) - self.spec.weight_fifo_words
            between = self._group_beats if number % words == 0 else 0
            time = max(time + interval + between, self.taken[gone] if gone >= 0 else 0)
            self.last_word = int(time)
            yield time
