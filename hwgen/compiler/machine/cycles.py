"""How long a machine takes for a program, by the schedule of its sequencer.

Memory is taken to answer after a fixed time and never to hold up a beat; a test holds the model
to what simulated machines count with such a memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from hwgen.compiler.machine.program import MachineProgram
from hwgen.spec.machine import MachineSpec
from hwgen.spec.program import (
    DESCRIPTOR_BYTES,
    Operation,
    unpack_descriptor,
    weight_word_bits,
)

__all__ = ["StepCycles", "program_cycles"]

_DECODE = 3  # from one descriptor's last write to the next one's first pass
_FETCH = 4  # from the taking of a pass to its first activations at the array's edge
_REQUANTIZE = 5
_COLUMN = 2  # accumulator, and the sum with the bias
_WRITE = 1
_RETURN = 8  # from the last operand of a sum to its accumulator
_MOVE = 8  # from the command of a run to its first beat, beside the memory's answer


@dataclass(frozen=True, kw_only=True)
class StepCycles:
    """Cycles of one descriptor by cause: each cycle has one.

    Parameters
    ----------
    layer : str
    operation : Operation
    streaming : int
        A position of a multiplication entered the array.
    weight_wait : int
        The array waited for weights.
    drain : int
        The pipeline drained before the next layer.
    pooling : int
        A position of a pooling, a copy or an addition was read.
    memory_wait : int
        Activations were loaded or stored.
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


def program_cycles(program: MachineProgram, memory_latency: int = 16) -> list[StepCycles]:
    """Cycles of every descriptor but the last, which ends the program.

    Parameters
    ----------
    program : MachineProgram
    memory_latency : int
        Cycles from a read's address to its first beat.
    """
    clock = _Clock(program.spec, memory_latency)
    found = []
    for number, step in enumerate(program.steps):
        place = number * DESCRIPTOR_BYTES
        fields = unpack_descriptor(program.image[place : place + DESCRIPTOR_BYTES])
        found.append(clock.execute(step.layer, fields))
    return found


@dataclass(eq=False)
class _Clock:
    """Time, and the weight words that are on their way."""

    spec: MachineSpec
    latency: int
    now: int = 0
    asked_from: int = 0  # when this descriptor's weights could be asked for
    last_word: int = 0  # when the last weight word arrived
    taken: list[int] = field(default_factory=list)  # when words left the queue

    @property
    def drain(self) -> int:
        """Cycles from the last position's issue to the write of its last column, and on."""
        spec = self.spec
        array = spec.rows + spec.multiplier_stages + (spec.form == "edge")
        corrections = 2 if spec.variate_bits else int(spec.activation_sum)
        return (
            _FETCH + array + _COLUMN + corrections + _REQUANTIZE + spec.cols - 1 + _WRITE + _DECODE
        )

    def execute(self, layer: str, fields: dict[str, int]) -> StepCycles:
        """Advance by one descriptor."""
        operation = Operation(fields["operation"])
        began = self.now
        if operation in (Operation.LOAD, Operation.STORE):
            self.now += self._move(fields)
            found = StepCycles(layer=layer, operation=operation, memory_wait=self.now - began)
        elif operation in (Operation.DENSE, Operation.DIAGONAL):
            busy = self._multiply(operation, fields)
            waited = self.now - began - busy
            found = StepCycles(
                layer=layer,
                operation=operation,
                streaming=busy,
                weight_wait=waited,
                drain=self.drain,
            )
            self.now += self.drain
        else:
            busy, waited = self._bypass(operation, fields)
            self.now += busy + waited + self.drain
            found = StepCycles(
                layer=layer, operation=operation, pooling=busy, drain=self.drain + waited
            )
        self.asked_from = began
        return found

    def _move(self, fields: dict[str, int]) -> int:
        """Lines follow each other, in beats, or as many bytes as there are banks."""
        step = min(self.spec.data_width // 8, self.spec.banks)
        return self.latency + _MOVE + fields["height"] * -(-fields["run_bytes"] // step)

    def _bypass(self, operation: Operation, fields: dict[str, int]) -> tuple[int, int]:
        positions = fields["height"] * fields["width"]
        groups = fields["groups"]
        if operation == Operation.SUM:
            return groups * 3 * positions * fields["spacing"], groups * _RETURN
        return groups * positions * (fields["passes"] - 1 + fields["spacing"]), 0

    def _multiply(self, operation: Operation, fields: dict[str, int]) -> int:
        """Passes, each when its block is loaded; returns the cycles of all positions."""
        rows, cols = self.spec.rows, self.spec.cols
        words = 1 if operation == Operation.DIAGONAL else rows
        word_bits = weight_word_bits(self.spec)
        total = fields["weight_bytes"] * 8 // (word_bits * words)
        arrivals = self._arrivals(total * words, word_bits / self.spec.data_width)
        positions = fields["height"] * fields["width"]
        free = self.now - rows - cols  # the layer before has drained
        busy = 0
        for block in range(total):
            loaded: float = free
            for row in range(rows):
                if row < words:
                    loaded = max(loaded, next(arrivals))
                    self.taken.append(int(loaded))
                loaded += 1
            start = max(self.now, int(loaded))
            is_last = (block + 1) % fields["passes"] == 0
            spent = positions * (fields["spacing"] if is_last else 1)
            busy += spent
            self.now, free = start + spent, start + cols + 1
        return busy

    def _arrivals(self, words: int, interval: float) -> Iterator[float]:
        """When weight words come: in order, and only where the queue has room."""
        time: float = max(self.last_word, self.asked_from + self.latency)
        for _ in range(words):
            gone = len(self.taken) - self.spec.weight_fifo_words
            time = max(time + interval, self.taken[gone] if gone >= 0 else 0)
            self.last_word = int(time)
            yield time
