"""``hwgen inspect``: what a network is made of, and what an accelerator needs for it."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.commands.output import print_json
from hwgen.commands.table import table
from hwgen.errors import SpecError, check_range
from hwgen.inspection import Inspection, inspect
from hwgen.inspection.codes import CodeRange
from hwgen.inspection.layers import LayerFacts
from hwgen.network.data import load_split, preprocessing_of
from hwgen.network.graph import Network, Shape
from hwgen.network.load import load
from hwgen.spec.accelerator import AcceleratorSpec, load_spec

__all__ = ["run"]

_LAYERS = ("layer", "kind", "input", "output", "fan-in", "parameters", "products", "%", "cycles")
_CODES = ("layer", "reads", "writes", "scale", "zero", "weights", "w scale", "w zero", "bits a x w")
_NAME = 24  # characters; of a longer name the end is shown
_NOTE = """\
Codes of activations are u8, those of weights s8. A layer with bits can be mapped: to multipliers
whose operands have at least as many, each unsigned or two's complement."""


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    check_range("inspect", "images", args.images, 1, (1 << 31) - 1)
    if args.preprocess is not None and args.data is None:
        raise SpecError("inspect must be given --data with --preprocess")
    spec = load_spec(args.arch)
    network = load(args.model)
    found = inspect(network, spec, _images(args, network))
    if args.json:
        print_json(_document(args, network, found))
        return 0
    print(_heading(args, network, found))
    print(f"\n{table(_LAYERS, list(_layer_rows(found)))}")
    print(f"\n{table(_CODES, [_code_cells(x) for x in found.layers])}")
    print(f"\n{_ranges(args, found)}\n{_NOTE}\n")
    print("\n".join(_fit_lines(args.arch, network, spec, found)))
    return 0


def _images(args: argparse.Namespace, network: Network) -> NDArray[np.uint8] | None:
    if args.data is None:
        return None
    stated = preprocessing_of(args.model, args.preprocess)
    return load_split(args.data, network, stated, "calibration", args.images).images


def _heading(args: argparse.Namespace, network: Network, found: Inspection) -> str:
    name, size = found.largest
    quantization = network.input_quantization
    return (
        f"{Path(args.model).name}: {len(found.layers)} layers, {found.parameters} parameters, "
        f"{found.operations} products per image\n"
        f"input {_size(network.input_shape)}, scale {quantization.scale:.4g}, "
        f"zero point {quantization.zero_point}; largest tensor: {name}, {size} bytes"
    )


def _layer_rows(found: Inspection) -> Iterator[tuple[object, ...]]:
    for layer, on_array in zip(found.layers, found.fit.layers, strict=True):
        ends = (_short(layer.name), layer.kind, _size(layer.input_shape), _size(layer.shape))
        multiplies: tuple[object, ...] = (None,) * 4
        if layer.weights is not None:
            share = f"{100 * layer.operations / found.operations:.1f}"
            weights = layer.weights
            multiplies = (weights.fan_in, weights.parameters, layer.operations, share)
        yield (*ends, *multiplies, on_array.cycles or None)


def _code_cells(layer: LayerFacts) -> tuple[object, ...]:
    activations = (_span(layer.reads), _span(layer.writes), layer.scale, layer.zero_point)
    weights = layer.weights
    if weights is None:
        return (_short(layer.name), *activations, *(None,) * 4)
    return (
        _short(layer.name),
        *activations,
        _span(weights.codes),
        "..".join(dict.fromkeys(f"{x:.3g}" for x in weights.scales)),
        "..".join(dict.fromkeys(map(str, weights.zero_points))),
        f"{weights.activation_bits} x {weights.weight_bits}",
    )


def _ranges(args: argparse.Namespace, found: Inspection) -> str:
    if not found.images:
        return "Codes that activations can hold; --data measures those that they do hold."
    return f"Codes that activations hold on {found.images} images of {args.data}."


def _fit_lines(
    arch: str, network: Network, spec: AcceleratorSpec, found: Inspection
) -> Iterator[str]:
    fit = found.fit
    rows = [(x.name.replace("_", " "), x.needed, x.available) for x in fit.needs]
    yield table((f"memory of {Path(arch).name}", "needed", "available"), rows)
    yield ""
    yield from _refusals(network, found)
    if fit.cycles is not None:
        busy = 100 * found.operations / (fit.cycles * spec.rows * spec.cols)
        yield (
            f"{fit.cycles} cycles per image; the {spec.rows}x{spec.cols} multipliers are busy "
            f"in {busy:.1f} % of them."
        )
    verdict = "runs as it is" if fit.refusal is None else f"does not run: {fit.refusal}"
    yield f"On {Path(arch).name} the network {verdict}."


def _refusals(network: Network, found: Inspection) -> Iterator[str]:
    """A line for each rule that layers break."""
    refused: dict[str, list[tuple[str, str]]] = {}
    for layer, on_array in zip(network.layers, found.fit.layers, strict=True):
        if on_array.refusal is not None:
            rule = on_array.refusal.partition(", not ")[0]
            refused.setdefault(rule, []).append((layer.name, on_array.refusal))
    for layers in refused.values():
        name, reason = layers[0]
        others = f" (and {len(layers) - 1} more)" if len(layers) > 1 else ""
        yield f"Not executed: {name} {reason}{others}."
    if refused:
        yield "Cycles, and words of memory, are those of the other layers."


def _document(args: argparse.Namespace, network: Network, found: Inspection) -> dict[str, Any]:
    layers = [
        asdict(layer) | {"on_accelerator": asdict(on_array)}
        for layer, on_array in zip(found.layers, found.fit.layers, strict=True)
    ]
    name, size = found.largest
    return {
        "model": str(args.model),
        "input": {
            "name": network.input_name,
            "shape": network.input_shape,
            **asdict(network.input_quantization),
        },
        "operations": found.operations,
        "parameters": found.parameters,
        "largest_tensor": {"name": name, "bytes": size},
        "measured_images": found.images,
        "layers": layers,
        "accelerator": {
            "arch": args.arch,
            "cycles": found.fit.cycles,
            "refusal": found.fit.refusal,
            "needs": [asdict(x) for x in found.fit.needs],
        },
    }


def _size(shape: Shape) -> str:
    return "x".join(map(str, shape))


def _span(codes: CodeRange) -> str:
    return f"{codes[0]}..{codes[1]}"


def _short(name: str) -> str:
    return name if len(name) <= _NAME else f"…{name[1 - _NAME :]}"
