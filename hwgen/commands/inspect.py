"""``hwgen inspect``: what a network is made of, and what an accelerator needs for it."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwgen.commands.output import print_json
from hwgen.commands.table import table
from hwgen.compiler.report import report_text
from hwgen.errors import SpecError, check_range
from hwgen.inspection import Inspection, inspect
from hwgen.inspection.codes import CodeRange
from hwgen.inspection.fit import LayerFit
from hwgen.inspection.layers import LayerFacts
from hwgen.network.data import load_split, preprocessing_of
from hwgen.network.graph import Network, Shape
from hwgen.network.load import load
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.accelerator_file import load_spec

__all__ = ["run"]

_LAYERS = ("layer", "kind", "input", "output", "fan-in", "parameters", "products", "%")
_CODES = ("layer", "reads", "writes", "scale", "zero", "weights", "w scale", "w zero", "bits a x w")
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
    for layer in found.layers:
        ends = (layer.name, layer.kind, _size(layer.input_shape), _size(layer.shape))
        multiplies: tuple[object, ...] = (None,) * 4
        if layer.weights is not None:
            share = f"{100 * layer.operations / found.operations:.1f}"
            weights = layer.weights
            multiplies = (weights.fan_in, weights.parameters, layer.operations, share)
        yield (*ends, *multiplies)


def _fits(found: Inspection) -> Sequence[LayerFit | None]:
    return found.fit.layers or (None,) * len(found.layers)


def _code_cells(layer: LayerFacts) -> tuple[object, ...]:
    activations = (_span(layer.reads), _span(layer.writes), layer.scale, layer.zero_point)
    weights = layer.weights
    if weights is None:
        return (layer.name, *activations, *(None,) * 4)
    return (
        layer.name,
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
    fit, name = found.fit, Path(arch).name
    if fit.needs is None or fit.cycles is None:
        yield f"On {name} the network does not run: {fit.refusal}."
        return
    needs = fit.needs
    spilled = f", spilled: {', '.join(needs.spilled)}" if needs.spilled else ""
    yield (
        f"Cycles per image on {name}, {spec.rows * spec.cols} multipliers, all layers on "
        f"{spec.multipliers[0]}:\n"
    )
    yield report_text(fit.cycles)
    yield (
        f"Activation banks: {needs.activation_bytes} of {needs.available_bytes} bytes{spilled}.\n"
        f"Memory outside: {needs.memory_bytes} bytes, {needs.program_bytes} of them the program."
    )


def _document(args: argparse.Namespace, network: Network, found: Inspection) -> dict[str, Any]:
    layers = [
        asdict(layer) | {"on_accelerator": None if on_array is None else asdict(on_array)}
        for layer, on_array in zip(found.layers, _fits(found), strict=True)
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
            "cycles": sum(x.total for x in found.fit.cycles or ()) or None,
            "cycles_by_cause": [asdict(x) for x in found.fit.cycles or ()],
            "refusal": found.fit.refusal,
            "needs": None if found.fit.needs is None else asdict(found.fit.needs),
        },
    }


def _size(shape: Shape) -> str:
    return "x".join(map(str, shape))


def _span(codes: CodeRange) -> str:
    return f"{codes[0]}..{codes[1]}"
