"""Whether a case's accelerator does what golden does; each judge returns what is wrong, or None."""

from hwgen.accelerator import Accelerator
from hwgen.compiler.compile import compile_network
from hwgen.errors import ToolError
from hwgen.flow.simulator import build_simulation
from hwgen.golden import run
from hwgen.simulation import VISIBLE
from hwgen.verilog import to_verilog
from sim.reference.accelerator import AcceleratorFault
from sim.reference.replay import replay
from tests.accelerator.simulated import simulate_image

__all__ = ["on_model", "on_verilog"]


def on_model(case):
    """The reference model's verdict on the program."""
    program = compile_network(case.network, case.mapping, case.spec)
    expected = run(case.network, case.image[None], case.mapping)
    seen, wrong = set(), []

    def check(name, codes):
        seen.add(name)
        if (codes != expected[name][0]).any():
            wrong.append(f"{name} differs")

    try:
        result = replay(program, case.image, check)
    except AcceleratorFault as fault:
        return f"fault: {fault}"
    if (result != expected[program.output][0]).any():
        wrong.append("result differs")
    wrong += [f"{name} is never whole" for name in expected if name not in seen]
    return ", ".join(wrong) or None


def on_verilog(case, folder, change=lambda text: text):
    """The Verilog's verdict under Icarus; ``change`` may break the text first."""
    folder.mkdir(parents=True, exist_ok=True)
    verilog = folder / "accelerator.v"
    text = to_verilog(Accelerator(case.spec), "accelerator")
    verilog.write_text(change(text), encoding="utf-8")
    stalls = ",".join(map(str, case.stalls))
    try:
        build_simulation(verilog, folder / "compiled", "accelerator", visible=VISIBLE)
        _, passed, seen = simulate_image(
            folder / "compiled",
            folder / "job",
            case.network,
            case.mapping,
            case.spec,
            case.image,
            stalls,
        )
    except ToolError as error:
        return str(error)
    if passed:
        return None
    return seen["mismatch"] if seen else "the bench gave up"
