"""Pricing a build: area, delay and energy of its Verilog, beside its two baselines."""

import dataclasses
import os
import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.build import TOP, Build
from hwgen.compiler.cycles import program_cycles
from hwgen.control.form import array_of
from hwgen.cost.array.cost import array_cost
from hwgen.cost.array.image import ImageEnergy, image_energy
from hwgen.cost.array.result import ArrayCost
from hwgen.cost.characterize import characterize_all
from hwgen.cost.design import DesignCost, design_cost
from hwgen.cost.technology import Technology
from hwgen.emulation.streams import layer_streams
from hwgen.emulation.transitions import transitions
from hwgen.network.graph import Network
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.mapping import Mapping
from hwgen.verilog import to_verilog

__all__ = ["ComparedArray", "Synthesis", "synthesize"]

RESULT = "synthesis.json"


@dataclasses.dataclass(frozen=True)
class ComparedArray:
    """An array that was synthesized.

    Parameters
    ----------
    multiplier : str
        Catalogue name; names, of an array that holds several.
    array_area_um2, pe_area_um2, multiplier_area_um2 : float
        Of the array, of one element with its multiplier, and of that multiplier alone: the
        mean, where they differ.
    pe_delay_ns, multiplier_delay_ns : float
        Worst path of an element, registers to registers, and of the multiplier.
    multiplier_energy_pj : float
        Switching energy of all products of one image, on the operands that the elements see
        when this array runs its own mapping.
    """

    multiplier: str
    array_area_um2: float
    pe_area_um2: float
    multiplier_area_um2: float
    pe_delay_ns: float | None
    multiplier_delay_ns: float | None
    multiplier_energy_pj: float


@dataclasses.dataclass(frozen=True)
class Synthesis:
    """A build, priced.

    Parameters
    ----------
    technology : str
        Name of the Liberty file.
    accelerator : DesignCost
        Of the build's Verilog, module by module; memories are counted in bits.
    datapath : ArrayCost
        Array, weight loader and vector unit, part by part.
    energy : ImageEnergy
        Of the datapath, for one image.
    arrays : dict of str to ComparedArray
        ``pick``: the build's; ``exact`` and ``precision``: the baselines of the same search,
        if there was one.
    """

    technology: str
    accelerator: DesignCost
    datapath: ArrayCost
    energy: ImageEnergy
    arrays: dict[str, ComparedArray]

    def document(self) -> dict[str, object]:
        """The figures as plain numbers, strings, lists and dicts."""
        modules = {
            module.name: {
                "area_um2": module.area_um2,
                "instances": module.count,
                "cells": module.cells,
                "memory_bits": module.memory_bits,
                "delay_ns": module.delay_ns,
            }
            for module in self.accelerator.modules
        }
        return {
            "technology": self.technology,
            "modules": modules,
            "area_um2": self.accelerator.area_um2,
            "memory_bits": self.accelerator.memory_bits,
            "datapath": self.datapath.document(),
            "energy": self.energy.document(),
            "arrays": {role: dataclasses.asdict(array) for role, array in self.arrays.items()},
        }


def synthesize(build: Build, technology: Technology) -> Synthesis:
    """Synthesize a build's accelerator, and the arrays of the mappings it is compared with.

    The baselines are those that the search chose: the exact multiplier of least energy, and
    the cheapest reduced precision that keeps the same accuracy. Leaves ``synthesis.json`` in
    the build.
    """
    network = build.network()
    spec = build.spec()
    images = build.operand_images()
    baselines = build.baselines()
    mappings = {"pick": build.mapping(), **baselines}
    specs = {role: spec.with_multiplier(_multiplier(x)) for role, x in baselines.items()}
    specs["pick"] = spec
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # each waits for a process of its own
        accelerator = pool.submit(design_cost, [build.verilog], TOP, technology)
        designs = {x: pool.submit(_design_cost, y, technology) for x, y in specs.items()}
        arrays = {
            role: _array_cost(
                designs[role].result(),
                specs[role],
                _energy_pj(network, mapping, images, specs[role], technology),
            )
            for role, mapping in mappings.items()
        }
        datapath = array_cost(
            spec,
            build.verilog.read_text(encoding="utf-8"),
            technology,
            layer_streams(network, build.mapping(), images[0]),
        )
        cycles = sum(step.total for step in program_cycles(build.program()))
        result = Synthesis(
            technology=technology.name,
            accelerator=accelerator.result(),
            datapath=datapath,
            energy=image_energy(datapath, spec, cycles),
            arrays=arrays,
        )
    build.record(RESULT, result.document())
    return result


def _multiplier(mapping: Mapping) -> str:
    return next(iter(mapping.layers.values())).multiplier


def _design_cost(spec: AcceleratorSpec, technology: Technology) -> DesignCost:
    """The array of a spec, synthesized."""
    with tempfile.TemporaryDirectory(prefix="hwgen-synthesis-") as folder:
        verilog = Path(folder) / "array.v"
        verilog.write_text(to_verilog(array_of(spec), "systolic_array"), encoding="utf-8")
        return design_cost([verilog], "systolic_array", technology)


def _energy_pj(
    network: Network,
    mapping: Mapping,
    images: NDArray[np.uint8],
    spec: AcceleratorSpec,
    technology: Technology,
) -> float:
    """Multiplier energy of one image, on the operands of the mapped network."""
    operands = transitions(network, mapping, images, spec.rows, spec.cols)
    costs = characterize_all({x: find(x) for x in spec.multipliers}, technology, operands)
    total = 0.0
    for layer in network.convolutions:
        choices, index = mapping.layers[layer.name].resolve(layer.centred_weights)
        shares = np.bincount(index.ravel(), minlength=len(choices)) / index.size
        for choice, share in zip(choices, shares, strict=True):
            energy = costs[choice.multiplier].energy_pj[choice.mode][layer.name]
            total += layer.operations * float(share) * energy
    return total


def _array_cost(design: DesignCost, spec: AcceleratorSpec, energy_pj: float) -> ComparedArray:
    multipliers = _Kind.of(design, "multiplier")
    elements = _Kind.of(design, "pe")
    return ComparedArray(
        multiplier=", ".join(spec.multipliers),
        array_area_um2=design.area_um2,
        pe_area_um2=elements.area_um2 + multipliers.area_um2,
        multiplier_area_um2=multipliers.area_um2,
        pe_delay_ns=elements.delay_ns,
        multiplier_delay_ns=multipliers.delay_ns,
        multiplier_energy_pj=energy_pj,
    )


@dataclasses.dataclass(frozen=True)
class _Kind:
    """Modules that differ in their multiplier: mean area of an instance, and the worst path."""

    area_um2: float
    delay_ns: float | None

    @classmethod
    def of(cls, design: DesignCost, name: str) -> "_Kind":
        found = [x for x in design.modules if re.fullmatch(rf"{name}(_\d+)?", x.name)]
        area = sum(x.count * x.area_um2 for x in found) / sum(x.count for x in found)
        delays = [x.delay_ns for x in found if x.delay_ns is not None]
        return cls(area, max(delays, default=None))
