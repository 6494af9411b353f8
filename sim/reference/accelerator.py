"""Reference model of the accelerator: it executes descriptors as the circuit does, but at once.

It reads nothing of a program but its image, so it tests the compiler alone, and later stands
beside the circuit: lanes step by the constants of a descriptor, activations lie in banks, and
lanes that meet on one bank, addresses outside the memory, weights left over or a sum that does
not fit its accumulator are faults.
"""

from collections.abc import Callable, Iterator

import numpy as np

from hwgen.errors import HwgenError
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.program import DESCRIPTOR_BYTES, Operation, digest_word, unpack_descriptor
from sim.reference.columns import Columns
from sim.reference.lanes import Lanes
from sim.reference.multiply import ProductTables

__all__ = ["AcceleratorFault", "AcceleratorModel"]

Fields = dict[str, int]


class AcceleratorFault(HwgenError):
    """Something that the circuit takes for granted does not hold."""


class AcceleratorModel:
    """Executes a program's image.

    Parameters
    ----------
    spec : AcceleratorSpec
    memory : uint8[...]
        From the program's base on; STORE changes it.
    """

    def __init__(self, spec: AcceleratorSpec, memory: np.ndarray) -> None:
        self.spec = spec
        self.memory = memory
        self.banks = np.zeros(spec.activation_bytes, np.uint8)
        self._tables = ProductTables(spec)

    def run(self, after: Callable[[int, Fields], None] | None = None) -> int:
        """Execute up to END; ``after`` is called with each descriptor's number and fields."""
        number = 0
        while True:
            place = number * DESCRIPTOR_BYTES
            fields = unpack_descriptor(self.memory[place : place + DESCRIPTOR_BYTES].tobytes())
            if fields["digest"] != digest_word(self.spec):
                raise AcceleratorFault(f"descriptor {number} is of another spec, or of no program")
            if fields["operation"] == Operation.END:
                return number
            self.execute(fields)
            if after is not None:
                after(number, fields)
            number += 1

    def execute(self, fields: Fields) -> None:
        """Execute one descriptor."""
        operation = Operation(fields["operation"])
        if operation in (Operation.LOAD, Operation.STORE):
            self._move(operation, fields)
            return
        run = Columns(self.spec, fields, self.memory)
        lanes = Lanes(self.spec, fields)
        positions = fields["height"] * fields["width"]
        if positions > self.spec.accumulator_depth:
            raise AcceleratorFault(f"{positions} positions, but {self.spec.accumulator_depth} fit")
        weights = self._tables.blocks(fields, self.memory)
        for channels in run.groups():
            sums = np.zeros((positions, self.spec.cols), np.int64)
            for number in range(fields["passes"]):
                is_last = number == fields["passes"] - 1
                sums = self._pass(operation, fields, lanes, run, weights, channels, number, sums)
                if not is_last:
                    lanes.step()
            lanes.back()
            self._write(fields, run, channels, sums)
        if next(weights, None) is not None:
            raise AcceleratorFault("weights are left over")

    def _pass(
        self,
        operation: Operation,
        fields: Fields,
        lanes: Lanes,
        run: Columns,
        weights: Iterator[np.ndarray],
        channels: range,
        number: int,
        sums: np.ndarray,
    ) -> np.ndarray:
        """The accumulators after a pass."""
        if operation == Operation.SUM:
            return self._sum(fields, lanes, run, channels, number, sums)
        enabled = lanes.enabled(len(channels))
        codes = self._read(fields, lanes, enabled)
        if operation in (Operation.DENSE, Operation.DIAGONAL):
            is_diagonal = operation == Operation.DIAGONAL
            run.watch(codes, enabled, is_diagonal)
            return sums + self._tables.products(fields, codes, enabled, next(weights), is_diagonal)
        values = codes[:, : self.spec.cols].astype(np.int64) - fields["zero_0"]
        if number == 0:
            return values
        return np.maximum(sums, values) if operation == Operation.MAXIMUM else sums + values

    def _sum(
        self,
        fields: Fields,
        lanes: Lanes,
        run: Columns,
        channels: range,
        number: int,
        sums: np.ndarray,
    ) -> np.ndarray:
        if number == 2:
            return sums
        enabled = lanes.enabled(len(channels))
        codes = self._read(fields, lanes, enabled, second=number == 1)
        values = codes[:, : self.spec.cols].astype(np.int64) - fields[f"zero_{number}"]
        return sums + run.rescaled(values)

    def _read(
        self, fields: Fields, lanes: Lanes, enabled: np.ndarray, second: bool = False
    ) -> np.ndarray:
        """Codes of all lanes at all positions: ``[positions, lanes]``."""
        addresses, inside = lanes.addresses(second)
        used = inside & enabled
        if not used.any():
            return np.full(addresses.shape, fields["fill"], np.uint8)
        self._check(addresses[used])
        banks = np.where(used, addresses % self.spec.banks, -1 - np.arange(addresses.shape[1]))
        ordered = np.sort(banks, axis=1)
        if (ordered[:, 1:] == ordered[:, :-1]).any():
            raise AcceleratorFault("two lanes meet on one bank")
        return np.where(used, self.banks[np.where(used, addresses, 0)], fields["fill"])

    def _write(self, fields: Fields, run: Columns, channels: range, sums: np.ndarray) -> None:
        codes = run.codes(sums)
        y, x = np.divmod(np.arange(len(sums)), fields["width"])
        base = fields["target"] + y * fields["target_line_step"]
        base += x * fields["target_column_step"]
        for column, channel in run.places(channels):
            self._check(base + channel)
            self.banks[base + channel] = codes[:, column]
        run.advance()

    def _move(self, operation: Operation, fields: Fields) -> None:
        for line in range(fields["height"]):
            inner = fields["target"] + line * fields["target_line_step"]
            outer = fields["memory"] + line * fields["memory_step"]
            banks = slice(inner, inner + fields["run_bytes"])
            memory = slice(outer, outer + fields["run_bytes"])
            self._check(np.array([banks.start, banks.stop - 1]))
            if operation == Operation.LOAD:
                self.banks[banks] = self.memory[memory]
            else:
                self.memory[memory] = self.banks[banks]

    def _check(self, addresses: np.ndarray) -> None:
        low, high = int(addresses.min()), int(addresses.max())
        if low < 0 or high >= self.spec.activation_bytes:
            raise AcceleratorFault(f"addresses {low} to {high} leave the activation memory")
