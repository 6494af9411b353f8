"""The benches of reader and writer, on their emitted Verilog."""

import pytest

from hwgen.bus.reader import AxiReader
from hwgen.bus.writer import AxiWriter

pytestmark = pytest.mark.tool

# Bus width, alignment of runs, longest burst, bursts under way.
SIZES = [(64, 8, 16, 4), (64, 1, 16, 2), (32, 1, 2, 8), (128, 4, 256, 2)]


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize(
    ("component", "bench"), [(AxiReader, "bench_axi_reader"), (AxiWriter, "bench_axi_writer")]
)
def test_every_byte_arrives_and_axi_is_kept(component, bench, sizes, run_bench):
    data_width, alignment, max_burst, outstanding = sizes
    dut = component(
        address_width=32,
        data_width=data_width,
        length_width=16,
        max_burst=max_burst,
        outstanding=outstanding,
        alignment=alignment,
    )
    arguments = {"alignment": alignment, "outstanding": outstanding, "seed": data_width}
    (log,) = run_bench(dut, bench, arguments)
    assert log is None, log
