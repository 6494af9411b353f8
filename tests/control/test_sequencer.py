"""The whole accelerator in Amaranth's own simulator: how programs end."""

import numpy as np
import pytest

from hwgen import golden
from hwgen.accelerator import Accelerator
from hwgen.compiler.compile import compile_network
from hwgen.network.graph import Network, Pool, Quantization, Rescale
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.descriptor import DESCRIPTOR, DESCRIPTOR_WIDTH, Operation, pack, unpack
from hwgen.spec.host import HOST_WIDTH, Region, host_address, pieces, stride
from hwgen.spec.mapping import Mapping

CLOCK = 10e-9  # seconds
BUSY, DONE, ERROR = 1, 2, 4
SPEC = AcceleratorSpec(
    rows=2,
    cols=2,
    accumulator_depth=16,
    activation_bytes=64,
    weight_words=2,
    parameter_words=4,
    descriptor_words=2,
)
POOL = Pool(
    name="pool",
    inputs=("image",),
    shape=(1, 2, 3),
    quantization=Quantization(scale=1.0, zero_point=7),
    kind="max",
    kernel=(2, 2),
    stride=(2, 2),
    padding=(0, 0, 0, 1),
    rescale=Rescale(3, 0, 2),
)
NETWORK = Network(
    input_name="image",
    input_shape=(2, 3, 3),
    input_quantization=Quantization(scale=1.0, zero_point=100),
    layers=(POOL,),
)


class Host:
    """The host of an accelerator, in a testbench."""

    def __init__(self, ctx, dut):
        self.ctx, self.dut = ctx, dut

    async def write(self, region, word, data):
        self.ctx.set(self.dut.address, host_address(SPEC, region, word))
        self.ctx.set(self.dut.write_data, data)
        self.ctx.set(self.dut.write, 1)
        await self.ctx.tick()
        self.ctx.set(self.dut.write, 0)

    async def read(self, region, word):
        self.ctx.set(self.dut.address, host_address(SPEC, region, word))
        await self.ctx.tick()
        return self.ctx.get(self.dut.read_data)

    async def write_descriptor(self, index, word):
        for piece in range(pieces(DESCRIPTOR_WIDTH)):
            data = word >> (piece * HOST_WIDTH) & ((1 << HOST_WIDTH) - 1)
            await self.write(Region.DESCRIPTORS, index * stride(DESCRIPTOR_WIDTH) + piece, data)

    async def run(self, limit):
        """Start; return the cycles until the interrupt."""
        await self.write(Region.CONTROL, 0, 1)
        assert not self.ctx.get(self.dut.interrupt)
        assert await self.read(Region.CONTROL, 0) == BUSY
        for cycle in range(limit):
            if self.ctx.get(self.dut.interrupt):
                return cycle
            await self.ctx.tick()
        pytest.fail(f"no interrupt within {limit} cycles")


@pytest.fixture
def program():
    return compile_network(NETWORK, Mapping({}), SPEC)


def test_descriptors_without_an_end_raise_a_sticky_error_and_a_restart_works(program, simulate):
    accelerator = Accelerator(SPEC)
    image = np.random.default_rng(5).integers(0, 256, (1, 2, 3, 3)).astype(np.uint8)
    wanted = golden.run(NETWORK, image, Mapping({}))["pool"].reshape(-1).tolist()
    layer, end = program.descriptors

    async def bench(ctx):
        host = Host(ctx, accelerator)
        for address, data in program.host_writes():
            ctx.set(accelerator.address, address)
            ctx.set(accelerator.write_data, data)
            ctx.set(accelerator.write, 1)
            await ctx.tick()
        ctx.set(accelerator.write, 0)
        for offset, code in enumerate(image.reshape(-1).tolist()):
            await host.write(Region.ACTIVATIONS, program.input.address + offset, code)

        # The last descriptor says that another one follows.
        await host.write_descriptor(1, layer)
        await host.run(2 * program.cycle_limit)
        for _ in range(20):
            assert await host.read(Region.CONTROL, 0) == ERROR
            assert ctx.get(accelerator.interrupt)

        # With an end, the same accelerator runs to it; the next start clears the error.
        await host.write_descriptor(1, end)
        for _ in range(2):
            await host.run(program.cycle_limit)
            assert await host.read(Region.CONTROL, 0) == DONE
            assert ctx.get(accelerator.interrupt)
        base = program.output.address
        codes = [await host.read(Region.ACTIVATIONS, base + i) for i in range(len(wanted))]
        assert codes == wanted

    simulate(accelerator, bench, clock=CLOCK)


SIZES = (
    "sources",
    "out_height",
    "out_width",
    "filters",
    "kernel_lines",
    "segment",
    "segment_step",
)


def test_a_descriptor_that_asks_for_nothing_is_an_error_and_never_hangs(program, simulate):
    accelerator = Accelerator(SPEC)
    good = unpack(DESCRIPTOR, program.descriptors[0])
    bad = [good | {name: 0} for name in SIZES]
    bad.append(good | {"operation": Operation.MULTIPLY, "block_count": 0})
    bad.append(good | {"operation": Operation.MULTIPLY, "block_count": 1})  # needs more

    async def bench(ctx):
        host = Host(ctx, accelerator)
        for fields in bad:
            await host.write_descriptor(0, pack(DESCRIPTOR, fields))
            await host.run(200)
            assert await host.read(Region.CONTROL, 0) == ERROR, fields
        await host.write_descriptor(0, program.descriptors[0])
        await host.run(200)
        assert await host.read(Region.CONTROL, 0) == DONE

    simulate(accelerator, bench, clock=CLOCK)


def test_an_empty_program_is_done_at_once(simulate):
    accelerator = Accelerator(SPEC)

    async def bench(ctx):
        host = Host(ctx, accelerator)
        assert await host.read(Region.CONTROL, 0) == 0  # neither done nor failed before a start
        assert await host.run(8) <= 4
        assert await host.read(Region.CONTROL, 0) == DONE

    simulate(accelerator, bench, clock=CLOCK)


def test_a_start_while_it_runs_is_ignored(program, simulate):
    accelerator = Accelerator(SPEC)

    async def bench(ctx):
        host = Host(ctx, accelerator)
        for address, data in program.host_writes():
            ctx.set(accelerator.address, address)
            ctx.set(accelerator.write_data, data)
            ctx.set(accelerator.write, 1)
            await ctx.tick()
        ctx.set(accelerator.write, 0)
        undisturbed = await host.run(program.cycle_limit)
        await host.write(Region.CONTROL, 0, 1)
        for _ in range(undisturbed // 2):
            await host.write(Region.CONTROL, 0, 1)
        await host.read(Region.CONTROL, 0)
        for _ in range(program.cycle_limit):
            if ctx.get(accelerator.interrupt):
                break
            await ctx.tick()
        # From the start to the interrupt, counted by the accelerator itself.
        assert abs(await host.read(Region.CONTROL, 1) - undisturbed) <= 3

    simulate(accelerator, bench, clock=CLOCK)
