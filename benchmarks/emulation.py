"""How many images a second does emulation run, and which exact kernel runs them?

Usage: python benchmarks/emulation.py [MODEL] [--images 100] [--rounds 7] [--all]
       [--accuracy MODEL DATA KEYS]...

Without a model, a ResNet-20 with random weights for 32 x 32 images is made: the rate does not
depend on what the weights are. Variants take turns, and the best of all rounds counts, so ratios
hold on a machine that does other work, too. Rates are of the whole network, element-wise layers
included; "cpu" is what one core would do by its processor time, whatever else it was busy with.
--all adds every instruction set, and NumPy: what runs where no compiler was. Accuracy is that of
a table of no low rank on all images of DATA, loading included; KEYS state the preprocessing as
hwgen evaluate takes it.
"""

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from resnet20 import resnet20

from hwgen import api
from hwgen.emulation import Emulator
from hwgen.emulation.shapes import geometry_of
from hwgen.errors import HwgenError
from hwgen.golden.products import products_of
from hwgen.kernels.layers.factored.factored import factored_paths
from hwgen.kernels.layers.lookup.bare import bare_rate
from hwgen.kernels.layers.lookup.columns import columns_of
from hwgen.kernels.layers.lookup.lookup import lookup_paths
from hwgen.kernels.layers.lookup.plan import plan_of
from hwgen.spec.mapping import LayerMapping, Mapping

ARBITRARY = "evolved_m0015"  # a table of rank 252
LOW_RANK = {
    "rank 1, exact": "exact",
    "rank 1, perforated": "perforated_a3",
    "rank 2": "roup_1_4",
    "rank 3": "roup_1_6",
}


@dataclass
class Variant:
    title: str
    emulator: Emulator
    mapping: Mapping
    threads: int
    wall: float = float("inf")
    cpu: float = float("inf")
    result: object = field(default=None, repr=False)

    def turn(self):
        start = time.perf_counter()
        found = self.emulator.evaluate(self.mapping)
        self.wall = min(self.wall, time.perf_counter() - start)
        spent = sum(layer.seconds for layer in found.layers)
        if spent < self.cpu:
            self.cpu, self.result = spent, found

    def row(self):
        count = len(self.emulator.images)
        used = {f"{x.kernel} {x.path}" for x in self.result.layers if x.products}
        return (
            self.title,
            self.threads,
            ", ".join(sorted(used)),
            f"{count / self.wall:,.0f}",
            f"{self.result.products / self.wall / 1e9:.1f}",
            f"{count / self.cpu:,.0f}",
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", help="8-bit network (default: a random ResNet-20)")
    parser.add_argument(
        "--images", type=positive, default=100, metavar="N", help="random ones (default: 100)"
    )
    parser.add_argument(
        "--rounds", type=positive, default=7, metavar="N", help="turns of a variant (default: 7)"
    )
    parser.add_argument("--all", action="store_true", help="every instruction set, and NumPy")
    parser.add_argument(
        "--accuracy",
        nargs=3,
        action="append",
        default=[],
        metavar=("MODEL", "DATA", "KEYS"),
        help="measure this on all images of DATA, too; may be repeated",
    )
    parser.add_argument("--memory-of", type=positive, help=argparse.SUPPRESS)
    args = parser.parse_args()
    for path in (x for model, data, _ in args.accuracy for x in (model, data)):
        if not Path(path).exists():  # before everything else is measured
            parser.error(f"there is no {path}")
    network = api.load(args.model) if args.model else resnet20()
    if args.memory_of:
        print(peak_memory(network, args.memory_of))
        return
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (args.images, *network.input_shape), np.uint8)
    title = args.model or "ResNet-20 with random weights"
    print(f"{title}, {args.images} images, {os.cpu_count()} cores, best of {args.rounds} rounds\n")
    best = rates(network, images, args.rounds)
    if args.all:
        print("\nForced instruction sets:")
        fallbacks(network, images[:20])
    floats(images, args.rounds)
    print("\nLayers in the network, and the same kernel alone on data that the cache holds:")
    for variant in best:
        layers(network, variant)
    memory(args)
    for model, data, keys in args.accuracy:
        accuracy(model, data, keys)


def positive(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a positive integer, not {text!r}")
    return int(text)


def uniform(network, name):
    return Mapping({x.name: LayerMapping(multiplier=name) for x in network.convolutions})


def variant(network, images, title, name, threads, **forced):
    emulator = Emulator(network, images, threads=threads, reuse=False, **forced)
    return Variant(title, emulator, uniform(network, name), threads)


def rates(network, images, rounds):
    """Print the table of kernels, and return the variants on one thread of the first two."""
    found = []
    for threads in (1, os.cpu_count()):
        found.append(variant(network, images, "any table", ARBITRARY, threads))
        for title, name in LOW_RANK.items():
            found.append(variant(network, images, title, name, threads))
            title += ", as a table"
            found.append(variant(network, images, title, name, threads, kernel="lookup"))
    turns(found, rounds)
    return found[:2]


def fallbacks(network, images):
    found = [
        *(
            variant(network, images, "any table", ARBITRARY, 1, kernel="lookup", path=path)
            for path in lookup_paths()
        ),
        *(
            variant(network, images, "rank 1, exact", "exact", 1, kernel="factored", path=path)
            for path in factored_paths()
        ),
        variant(network, images, "any table, golden", ARBITRARY, 2, kernel="numpy"),
        variant(network, images, "rank 1, golden", "exact", 2, kernel="numpy"),
    ]
    turns(found, 2)


def turns(variants, rounds):
    for x in variants:
        x.turn()  # kernels are measured, tables are packed
    for _ in range(rounds):
        for x in variants:
            x.turn()
    table(
        ("multiplier", "threads", "kernels", "images/s", "G products/s", "cpu images/s"),
        [x.row() for x in variants],
    )


def floats(images, rounds):
    """The same topology in torch's float32, where it is installed."""
    try:
        import torch
        from torch_resnet20 import float_resnet20
    except ImportError:
        print("\ntorch is not installed: no comparison with float32")
        return
    model = float_resnet20()
    batch = torch.from_numpy(images.astype(np.float32)).permute(0, 3, 1, 2)
    batch = batch.contiguous(memory_format=torch.channels_last)
    best = float("inf")
    with torch.inference_mode():
        for _ in range(rounds + 1):
            start = time.perf_counter()
            model(batch)
            best = min(best, time.perf_counter() - start)
    print(f"\ntorch float32, {torch.get_num_threads()} threads: {len(images) / best:,.0f} images/s")


def layers(network, found):
    """Rate of each convolution against the same kernel alone, by processor time.

    "alone" runs on data that the cache holds; "inner loop" is the look-up without widening,
    requantization and windows, as wide as the layer's rows and summed up in 16 bits as long.
    """
    rows = []
    convolutions = {x.name: x for x in network.convolutions}
    for run in (x for x in found.result.layers if x.products):
        layer = convolutions[run.name]
        rate = run.rate / 1e9
        alone = bare(network, layer, found.emulator.step(layer, found.mapping))
        inner = "-"
        if run.kernel == "lookup":
            inner = f"{inner_loop(network, layer, found.mapping, run.path):.1f}"
        rows.append(
            (run.name, run.kernel, f"{rate:.1f}", f"{alone:.1f}", f"{rate / alone:.0%}", inner)
        )
    print(f"\n{found.title}")
    table(("layer", "kernel", "G products/s", "alone", "share", "inner loop"), rows)


def bare(network, layer, step):
    """G products a second of a prepared layer, again and again on the same few images."""
    source = network.shapes[layer.inputs[0]]
    count = max(1, (1 << 18) // int(np.prod(source)))
    codes = np.random.default_rng(0).integers(0, 256, (count, *source), np.uint8)
    out = np.empty((count, *layer.shape), np.uint8)
    best = float("inf")
    for _ in range(20):
        start = time.thread_time()
        step.call([codes], out)
        best = min(best, time.thread_time() - start)
    return count * layer.operations / best / 1e9


def inner_loop(network, layer, mapping, path):
    products = products_of(layer, mapping.layers[layer.name], 0)
    columns = columns_of(products.tables, products.choice, products.codes, products.sum_factor)
    steps = plan_of(geometry_of(network, layer), columns).steps
    spill = int(np.sort(steps[:, -1])[len(steps) // 2]) if len(steps) else 1  # of most steps
    filters = len(layer.weights) // layer.groups
    lanes = 8 if filters <= 8 else 16 if filters <= 16 else 32
    return bare_rate(path, lanes, spill) / 1e9


def memory(args):
    """Peak memory of 10,000 images, each run in a process of its own."""
    print("\nPeak memory, 10,000 images, any table:")
    for count in (100, 10_000):
        command = [sys.executable, __file__, *([args.model] if args.model else [])]
        found = subprocess.run(
            [*command, "--memory-of", str(count)], capture_output=True, text=True, check=True
        )
        print(f"{count:6} images: {found.stdout.strip()}")


def peak_memory(network, count):
    """Peak of resident memory beyond what the network, the images and packed tables take."""
    mapping = uniform(network, ARBITRARY)
    images = np.random.default_rng(0).integers(0, 256, (count, *network.input_shape), np.uint8)
    Emulator(network, images[:1], reuse=False).evaluate(mapping)
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from here
    before = resident("VmRSS")
    start = time.perf_counter()
    Emulator(network, images, reuse=False).evaluate(mapping)
    passed = time.perf_counter() - start
    return f"{before} MiB, at most {resident('VmHWM')} MiB while it runs, {passed:.1f} s"


def resident(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(x.split()[1]) >> 10 for x in lines if x.startswith(f"{name}:"))


def accuracy(model, data, keys):
    start = time.perf_counter()
    network = api.load(model)
    found = api.load_images(data, network, model=model, preprocess=keys)
    loaded = time.perf_counter() - start
    result = Emulator(network, found.images, reuse=False).evaluate(uniform(network, ARBITRARY))
    (logits,) = result.outputs.values()
    hits = logits.reshape(len(logits), -1).argmax(axis=1) == found.labels
    total = time.perf_counter() - start
    print(
        f"\n{model}: {100 * hits.mean():.2f} % of {len(hits)} images with {ARBITRARY}, "
        f"{total:.2f} s, {loaded:.2f} s of them loading"
    )


def table(header, rows):
    rows = [header, *rows]
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(header))]
    for first, *others in rows:
        cells = [f"{x:>{width}}" for x, width in zip(others, widths[1:], strict=True)]
        print("  ".join([f"{first:<{widths[0]}}", *cells]))


if __name__ == "__main__":
    try:
        main()
    except HwgenError as error:
        sys.exit(f"{Path(__file__).name}: {error}")
