"""Programs with one fault each, and what the accelerator must say of it."""

import random
from dataclasses import dataclass

from hwgen.spec.program import (
    DESCRIPTOR,
    DESCRIPTOR_BYTES,
    Operation,
    pack_descriptor,
    unpack_descriptor,
    weight_word_bits,
)

__all__ = ["Faults"]

COMPUTING = tuple(set(Operation) - {Operation.END, Operation.LOAD, Operation.STORE})


@dataclass(frozen=True, eq=False)
class Faults:
    """Cases for the bench ``bench_accelerator_errors``, made of a right program."""

    program: object  # Program

    @property
    def descriptors(self):
        """Fields of every descriptor, END included."""
        count = len(self.program.steps) + 1
        return [unpack_descriptor(self.program.image[128 * n :][:128]) for n in range(count)]

    def first(self, *operations):
        """Number of the first descriptor of one of some operations."""
        return next(n for n, x in enumerate(self.descriptors) if x["operation"] in operations)

    def cases(self):
        """All of them, by name."""
        makers = (self._foreign, self._bad, self._outside, self._streams, self._responses)
        return {name: case for make in makers for name, case in make()}

    def flips(self, count):
        """Descriptors of which one field is drawn anew, but that ask for little: patches."""
        rng = random.Random(count)
        found = []
        while len(found) < count:
            number = rng.randrange(len(self.descriptors) - 1)
            fields = dict(self.descriptors[number])
            name = rng.choice([name for name in fields if name != "digest"])
            width, signed = DESCRIPTOR[name]
            low = -(1 << (width - 1)) if signed else 0
            drawn = (rng.randrange(low, low + (1 << width)), fields[name] ^ 1 << rng.randrange(4))
            fields[name] = rng.choice((*drawn, 0, low + (1 << width) - 1))
            try:
                word = pack_descriptor(**fields)
            except ValueError:  # a flip beyond the field
                continue
            if _work(fields) < 20_000:
                found.append([f"{number}: {name} = {fields[name]}", 128 * number, word.hex()])
        return found

    def _case(self, error, number, changes=None, **fields):
        """Descriptor ``number`` with ``changes``, or whatever ``fields`` say."""
        patches = []
        if changes is not None:
            word = pack_descriptor(**self.descriptors[number] | changes)
            patches = [[DESCRIPTOR_BYTES * number, word.hex()]]
        return {
            "patches": patches,
            "base": 0,
            "forbidden": None,
            "response": "SLVERR",
            "error": error,
            "positions": [number],
            "unwritten": True,
            "acknowledged": len(fields) % 2 == 0,  # sometimes the next start does it
        } | fields

    def _foreign(self):
        first, last = self.descriptors[0], len(self.program.steps)
        other = {"digest": first["digest"] ^ 1 << 31}
        yield "other spec", self._case("FOREIGN_DESCRIPTOR", 0, other)
        yield "other digest later", self._case("FOREIGN_DESCRIPTOR", 2, {"digest": 0})
        memory = bytes(len(self.program.image)).hex()
        yield "no program", self._case("FOREIGN_DESCRIPTOR", 0, patches=[[0, memory]])
        behind = self.program.image[128 * (last + 1) :][:128].hex()
        patches = [[128 * last, behind]]
        yield (
            "no end",
            self._case("FOREIGN_DESCRIPTOR", last, patches=patches, unwritten=False),
        )
        both = other | {"operation": 9, "target": (1 << 24) - 1}
        yield "foreign, bad and outside", self._case("FOREIGN_DESCRIPTOR", 0, both)

    def _bad(self):
        spec = self.program.spec
        dense, total = self.first(Operation.DENSE), self.first(Operation.SUM)
        pool = self.first(Operation.MAXIMUM, Operation.AVERAGE)
        load = self.first(Operation.LOAD)
        sizes = ("height", "width", "filters", "groups", "passes", "spacing")
        changes = [(dense, {name: 0}) for name in (*sizes, "kernel_lines", "segment", "wrap")]
        changes += [(pool, {name: 0}) for name in sizes]
        changes += [(load, {"height": 0}), (load, {"run_bytes": 0})]
        changes += [(load, {"operation": number}) for number in (8, 12, 15)]
        changes += [(total, {"passes": number}) for number in (1, 2, 4)]
        changes += [
            (dense, {"spacing": spec.cols // spec.requantizers - 1}),
            (dense, {"spacing": 65}),
            (dense, {"tile": 1}),
            (dense, {"groups": self.descriptors[dense]["groups"] + 1}),
            (dense, {"filters": self.descriptors[dense]["groups"] * spec.cols + 1}),
            (dense, {"height": spec.accumulator_depth + 1, "width": 1}),
            (pool, {"height": 65535, "width": 65535}),
            (load, {"operation": 9, "target": spec.activation_bytes}),
        ]
        for number, fields in changes:
            yield f"bad {number} {fields}", self._case("BAD_DESCRIPTOR", number, fields)

    def _outside(self):
        size = self.program.spec.activation_bytes
        load, store = self.first(Operation.LOAD), self.first(Operation.STORE)
        dense, total = self.first(Operation.DENSE), self.first(Operation.SUM)
        found = self.descriptors
        run = found[load]["run_bytes"]
        far = (1 << 24) - 1
        top = (1 << 32) - 1
        changes = [
            (load, {"target": size - run + 1, "height": 1}),
            (load, {"target": far}),
            (load, {"target_line_step": far, "height": 2}),
            (load, {"target_line_step": far, "height": 65535}),
            (load, {"memory": top - 0x1000}),
            (load, {"memory_step": 1 << 31, "height": 3}),
            (load, {"memory_step": top, "height": 65535, "target_line_step": 0}),
            (store, {"target": size - found[store]["run_bytes"] + 1, "height": 1}),
            (dense, {"target": size - found[dense]["filters"] + 1, "height": 1, "width": 1}),
            (dense, {"target_line_step": size}),
            (dense, {"target_column_step": size}),
            (dense, {"source": size, "source_line": 0, "source_byte": 0}),
            (dense, {"in_lines": size}),
            (dense, {"line_bytes": size + found[dense]["column_step"]}),
            (dense, {"source": -1, "source_line": 0, "source_byte": 0}),
            (total, {"source": -1}),
            (total, {"source_1": size}),
            (total, {"column_step_1": size}),
            (total, {"line_step_bytes": far}),
            (dense, {"weights": top - 127}),
            (dense, {"parameters": top - 127}),
            (dense, {"weights": found[dense]["weights"] + 8}),
            (dense, {"parameters": found[dense]["parameters"] + 64}),
            (dense, {"target": far, "weight_bytes": 0}),
        ]
        for number, fields in changes:
            before = number != store
            yield (
                f"outside {number} {fields}",
                self._case("ADDRESS_RANGE", number, fields, unwritten=before),
            )
        yield "base between two multiples", self._case("ADDRESS_RANGE", 0, base=64)

    def _streams(self):
        spec = self.program.spec
        dense, total = self.first(Operation.DENSE), self.first(Operation.SUM)
        found = self.descriptors[dense]
        weights, word = found["weight_bytes"], weight_word_bits(spec) // 8
        block = spec.rows * word
        for number in (0, 1, word - 1, word, block - word, block - 1, weights - block):
            yield (
                f"weights of {number} bytes",
                self._case("WEIGHTS_EXHAUSTED", dense, {"weight_bytes": number}),
            )
        for number in (weights - 1, weights - word):
            yield (
                f"weights of {number} bytes, amid the last block",
                self._case("WEIGHTS_EXHAUSTED", dense, {"weight_bytes": number}),
            )
        for number in (weights + word, weights + block, weights + 5 * block):
            yield (
                f"weights of {number} bytes",
                self._case("WEIGHTS_LEFT", dense, {"weight_bytes": number}),
            )
        for number in (dense, total):
            right = self.descriptors[number]["parameter_bytes"]
            for size in (0, 1, right - 1):
                case = self._case("PARAMETERS_EXHAUSTED", number, {"parameter_bytes": size})
                yield f"parameters of {number}: {size} bytes", case
            for size in (right + 1, 2 * right, (1 << 24) - 1):
                case = self._case("PARAMETERS_LEFT", number, {"parameter_bytes": size})
                yield f"parameters of {number}: {size} bytes", case
        both = {"weight_bytes": 0, "parameter_bytes": 0}
        yield "neither", self._case("WEIGHTS_EXHAUSTED", dense, both)

    def _responses(self):
        dense, store = self.first(Operation.DENSE), self.first(Operation.STORE)
        found = self.descriptors
        last = len(self.program.steps)
        image = self.program.extents[self.program.input].offset
        result = self.program.extents[self.program.output].offset
        weights, parameters = found[dense]["weights"], found[dense]["parameters"]
        ends = {
            name: found[dense][name] + found[dense][f"{name[:-1]}_bytes"] - 1
            for name in ("weights", "parameters")
        }
        for response in ("SLVERR", "DECERR"):
            for error, first, number in (
                ("DESCRIPTOR_READ", 0, 0),
                ("DESCRIPTOR_READ", 127, 0),
                ("DESCRIPTOR_READ", 128 * dense + 64, dense),
                ("DESCRIPTOR_READ", 128 * last, last),
                ("WEIGHT_READ", weights, dense),
                ("WEIGHT_READ", ends["weights"], dense),
                ("PARAMETER_READ", parameters, dense),
                ("PARAMETER_READ", ends["parameters"], dense),
                ("ACTIVATION_READ", image, 0),
                ("ACTIVATION_WRITE", result, store),
            ):
                ahead = error in ("DESCRIPTOR_READ", "WEIGHT_READ", "PARAMETER_READ")
                yield (
                    f"{response} at {first:#x}",
                    self._case(
                        error,
                        number,
                        forbidden=[first, first + 1],
                        response=response,
                        positions=[max(0, number - ahead), number],
                        unwritten=False,
                    ),
                )
        changes = {"operation": 9}
        yield (
            "an unreadable descriptor is bad, too",
            self._case("DESCRIPTOR_READ", 0, changes, forbidden=[127, 128]),
        )


def _work(fields):
    """Cycles that a descriptor may take, roughly; its memory answers but a few kilobytes."""
    if fields["operation"] in (Operation.LOAD, Operation.STORE):
        return fields["height"] * (fields["run_bytes"] // 8 + 10)
    cycles = fields["height"] * fields["width"] * fields["groups"]
    if fields["operation"] in (Operation.DENSE, Operation.DIAGONAL):  # weights end soon
        return cycles * (20 + fields["spacing"])
    return cycles * (fields["passes"] + fields["spacing"])
