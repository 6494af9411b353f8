"""Pricing a build: area, delay and energy of its Verilog, beside its two baselines."""

import dataclasses
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.array.grid import SystolicArray
from hwgen.build import Build
from hwgen.cost.characterize import characterize_all
from hwgen.cost.design import DesignCost, design_cost
from hwgen.cost.technology import Technology
from hwgen.emulation.transitions import transitions
from hwgen.network.graph import Network
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.mapping import Mapping
from hwgen.verilog import to_verilog

__all__ = ["ArrayCost", "Synthesis", "synthesize"]

RESULT = "synthesis.json"


@dataclasses.dataclass(frozen=True)
class ArrayCost:
    """An array that was synthesized.

    Parameters
    ----------
    multiplier : str
        Catalogue name.
    array_area_um2, pe_area_um2, multiplier_area_um2 : float
        Of the array, of one element with its multiplier, and of that multiplier alone.
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
    arrays : dict of str to ArrayCost
        ``pick``: the build's; ``exact`` and ``precision``: the baselines of the same search.
    """

    technology: str
    accelerator: DesignCost
    arrays: dict[str, ArrayCost]

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
    images = build.images(network).calibration_images
    mappings = {"pick": build.mapping(), **build.baselines()}
    specs = {
        role: dataclasses.replace(spec, multiplier=_multiplier(mapping))
        for role, mapping in mappings.items()
    }
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # each waits for a process of its own
        accelerator = pool.submit(design_cost, [build.verilog], "accelerator", technology)
        designs = {x: pool.submit(_design_cost, y, technology) for x, y in specs.items()}
        arrays = {
            role: _array_cost(
                designs[role].result(),
                specs[role].multiplier,
                _energy_pj(network, mapping, images, spec, technology),
            )
            for role, mapping in mappings.items()
        }
        result = Synthesis(technology.name, accelerator.result(), arrays)
    build.record(RESULT, result.document())
    return result


def _multiplier(mapping: Mapping) -> str:
    return next(iter(mapping.layers.values())).multiplier


def _design_cost(spec: AcceleratorSpec, technology: Technology) -> DesignCost:
    """The array of a spec, synthesized."""
    array = SystolicArray(
        spec.arithmetic, rows=spec.rows, cols=spec.cols, sum_column=spec.sum_column
    )
    with tempfile.TemporaryDirectory(prefix="hwgen-synthesis-") as folder:
        verilog = Path(folder) / "array.v"
        verilog.write_text(to_verilog(array, "systolic_array"), encoding="utf-8")
        return design_cost([verilog], "systolic_array", technology)


def _energy_pj(
    network: Network,
    mapping: Mapping,
    images: NDArray[np.uint8],
    spec: AcceleratorSpec,
    technology: Technology,
) -> float:
    """Multiplier energy of one image, on the operands of the mapped network."""
    name = _multiplier(mapping)
    operands = transitions(network, mapping, images, spec.rows, spec.cols)
    energy = characterize_all({name: find(name)}, technology, operands)[name].energy_pj
    return sum(
        layer.operations * energy[mapping.layers[layer.name].mode][layer.name]
        for layer in network.convolutions
    )


def _array_cost(design: DesignCost, name: str, energy_pj: float) -> ArrayCost:
    modules = {module.name: module for module in design.modules}
    pe, multiplier = modules["pe"], modules["multiplier"]
    return ArrayCost(
        multiplier=name,
        array_area_um2=design.area_um2,
        pe_area_um2=pe.area_um2 + multiplier.area_um2,
        multiplier_area_um2=multiplier.area_um2,
        pe_delay_ns=pe.delay_ns,
        multiplier_delay_ns=multiplier.delay_ns,
        multiplier_energy_pj=energy_pj,
    )
