"""The accelerator's bench fails on single faults: in its source, its Verilog, or a program."""

import dataclasses
import shutil
from collections import Counter, defaultdict

import numpy as np
import pytest

from hwgen.errors import ToolError
from hwgen.flow.simulator import build_simulation
from hwgen.spec.program import (
    DESCRIPTOR_BYTES,
    Operation,
    pack_descriptor,
    unpack_descriptor,
)
from tests.accelerator.mutation_jobs import JOBS, SPECS, Emitted, job, run_job
from tests.accelerator.mutation_sites import modules_of, random_mutant
from tests.accelerator.mutations import FAULTS

pytestmark = [
    pytest.mark.tool,
    pytest.mark.skipif(not shutil.which("iverilog"), reason="needs iverilog"),
]

FEW = (  # of one hardware form: one accelerator is emitted for all of them
    "mode bit inverted",
    "elements off the diagonal count",
    "x of all bits",
    "carry beyond the end of a kernel line",
    "accumulator forgets the last update",
    "control variate truncated",
    "a byte less than comes",
)
SEED, MUTANTS = 3, 60
LEAST = 0.75  # of random mutants that the two jobs kill


class Bench:
    """Accelerators of every form, what an unchanged one does, and what others do instead."""

    def __init__(self, folder):
        self.folder = folder
        self.emitted, self.jobs, self.right = {}, {}, {}

    def accelerator(self, form):
        """The accelerator of a form, emitted once."""
        if form not in self.emitted:
            accelerator = Emitted(SPECS[form])
            self.jobs[form] = [job(SPECS[form], *found) for found in JOBS]
            self.right[form] = [*self.outcomes(form, accelerator.verilog)]
            self.emitted[form] = accelerator
        return self.emitted[form]

    def outcomes(self, form, verilog):
        """What the bench sees of each job."""
        source = self.folder / "accelerator.v"
        source.write_text(verilog, encoding="utf-8")
        build_simulation(source, self.folder / "compiled", "accelerator")
        for number, found in enumerate(self.jobs[form]):
            yield run_job(found, self.folder / "compiled", self.folder / f"job{number}")

    def verdict(self, form, verilog):
        """What tells an accelerator from an unchanged one: codes, counts, or that it gave up."""
        right = self.accelerator(form) and self.right[form]
        for seen, wanted in zip(self.outcomes(form, verilog), right, strict=True):
            if seen is None:
                return "gave up"
            if seen["mismatch"] is not None:
                return "codes"
            if seen["runs"] != wanted["runs"]:
                return "counts"
        return None


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    return Bench(tmp_path_factory.mktemp("mutations"))


def check_killed(bench, name):
    fault = FAULTS[name]
    verilog = bench.accelerator(fault.form).with_fault(fault.module, fault.old, fault.new)
    assert bench.verdict(fault.form, verilog), f"{name} was not seen"


def test_an_unchanged_accelerator_passes_and_its_modules_can_be_emitted_alone(bench):
    accelerator = bench.accelerator("weights")
    assert all(seen["mismatch"] is None for seen in bench.right["weights"])
    for module in ("lane", "pe", "mac_plus"):
        assert accelerator.with_module(module) == accelerator.verilog


@pytest.mark.parametrize("name", FEW)
def test_a_fault_is_seen(name, bench):
    check_killed(bench, name)


@pytest.mark.regress
@pytest.mark.parametrize("name", [name for name in FAULTS if name not in FEW])
def test_every_fault_is_seen(name, bench):
    check_killed(bench, name)


def descriptors(program):
    """Fields of every descriptor but the last."""
    places = range(0, DESCRIPTOR_BYTES * len(program.steps), DESCRIPTOR_BYTES)
    return [unpack_descriptor(program.image[place:]) for place in places]


def with_fields(program, operation, **changes):
    """The first descriptor of an operation with other fields: each a function of the old one."""
    image = bytearray(program.image)
    number, fields = next(
        (n, x) for n, x in enumerate(descriptors(program)) if x["operation"] == operation
    )
    changed = fields | {name: change(fields[name]) for name, change in changes.items()}
    assert changed != fields
    place = DESCRIPTOR_BYTES * number
    image[place : place + DESCRIPTOR_BYTES] = pack_descriptor(**changed)
    return dataclasses.replace(program, image=bytes(image))


def with_byte(program, operation, stream, index, flip):
    """One byte of the weights or parameters of an operation's first descriptor differs."""
    image = bytearray(program.image)
    fields = next(x for x in descriptors(program) if x["operation"] == operation)
    image[fields[stream] + index] ^= flip
    return dataclasses.replace(program, image=bytes(image))


def field(operation, name, change):
    return lambda program: with_fields(program, operation, **{name: change})


PROGRAM_FAULTS = {
    "stride": field(Operation.DENSE, "column_step", lambda x: x - 1),
    # One line less would leave every tap of this layer inside the tensor, where it is now.
    "vertical stride": field(Operation.DENSE, "line_step", lambda x: x + 1),
    "padding": field(Operation.DENSE, "fill", lambda x: x ^ 1),
    "lines of the input": field(Operation.DENSE, "in_lines", lambda x: x - 1),
    "bytes of a line": field(Operation.DENSE, "line_bytes", lambda x: x + 1),
    "kernel lines": field(Operation.DENSE, "kernel_lines", lambda x: x - 1),
    "wrap": field(Operation.DENSE, "wrap_offset", lambda x: x + 1),
    "step back": field(Operation.DENSE, "back_q", lambda x: x + 1),
    "target": field(Operation.DIAGONAL, "target", lambda x: x ^ 1),
    "clamp": field(Operation.DENSE, "low", lambda x: x + 100),
    "rounding": field(Operation.DENSE, "double_rounding", lambda x: x ^ 1),
    "zero point of a second operand": field(Operation.SUM, "zero_1", lambda x: x ^ 16),
    "fraction of the control variate": field(
        Operation.DIAGONAL, "variate_fraction", lambda x: x ^ 3
    ),
    "bits of the control variate": field(Operation.DENSE, "variate_mask", lambda x: x ^ 3),
    "memory of a line": field(Operation.LOAD, "memory_step", lambda x: x + 1),
    "code of the first weight": lambda x: with_byte(x, Operation.DENSE, "weights", 0, 0x40),
    "mode of the first weight": lambda x: with_byte(x, Operation.DENSE, "weights", 1, 0x03),
    "bias of the first filter": lambda x: with_byte(x, Operation.DENSE, "parameters", 2, 0x01),
    "weight on the diagonal": lambda x: with_byte(x, Operation.DIAGONAL, "weights", 0, 0x40),
}


@pytest.mark.regress
@pytest.mark.parametrize("name", PROGRAM_FAULTS)
def test_a_fault_in_a_program_is_seen(name, bench):
    bench.accelerator("weights")
    right = bench.jobs["weights"][1]
    wrong = dataclasses.replace(right, program=PROGRAM_FAULTS[name](right.program))
    (bench.folder / "accelerator.v").write_text(bench.accelerator("weights").verilog)
    build_simulation(bench.folder / "accelerator.v", bench.folder / "compiled", "accelerator")
    seen = run_job(wrong, bench.folder / "compiled", bench.folder / "program")
    assert seen is None or seen["mismatch"] is not None


@pytest.mark.regress
def test_random_mutants_of_the_verilog(bench):
    """Every module in turn; prints how many of each were seen, and those that were not.

    What the jobs cannot see are clock enables, which save power alone, what errors and resets
    leave behind and what a driver reads (see ``test_errors.py``), and conditions that are never
    apart from another one.
    """
    rng = np.random.default_rng(SEED)
    forms = defaultdict(list)
    for form in SPECS:
        for module in modules_of(bench.accelerator(form).verilog):
            forms[module].append(form)
    found, survivors = defaultdict(Counter), []
    names = sorted(forms)
    order = [names[i] for _ in range(9) for i in rng.permutation(len(names))]
    while sum(map(Counter.total, found.values())) < MUTANTS:
        module = order.pop()
        form = str(rng.choice(forms[module]))
        mutant = random_mutant(rng, bench.accelerator(form).verilog, module)
        if mutant is None:
            continue
        try:
            verdict = bench.verdict(form, mutant.verilog)
        except ToolError:  # it is no Verilog
            continue
        found[module][verdict or "survived"] += 1
        if verdict is None:
            survivors.append(f"{form} {module}: {mutant.before} -> {mutant.after}")
    for module, verdicts in sorted(found.items()):
        print(f"{module:36}", *(f"{name} {count}" for name, count in sorted(verdicts.items())))
    print(*survivors, sep="\n")
    assert len(survivors) <= (1 - LEAST) * MUTANTS, survivors
