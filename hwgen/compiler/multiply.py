"""Convolutions and fully connected layers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwgen.arith.catalogue import find
from hwgen.compiler.assignment import assign_columns, check_diagonal
from hwgen.compiler.lanes import dense_steps, window_steps
from hwgen.compiler.parameters import (
    group_parameters,
    place_fields,
    scale_fields,
    wrapped,
)
from hwgen.compiler.ranges import range_fields
from hwgen.compiler.region import Region, accumulated
from hwgen.compiler.task import Task
from hwgen.compiler.view import View
from hwgen.compiler.weights import dense_image, diagonal_image, packed
from hwgen.compiler.window import (
    clamp_fields,
    groups_of,
    reading_fields,
    writing_fields,
)
from hwgen.golden.products import Products, products_of
from hwgen.network.graph import Convolution, Network
from hwgen.network.limits import highest_code
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.mapping import Choice, LayerMapping
from hwgen.spec.program import Operation

__all__ = ["Multiplication", "is_diagonal", "multiplication_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Multiplication:
    """A convolution with what its mapping makes of it.

    Parameters
    ----------
    layer : Convolution
    products : Products
    choices : tuple of Choice
        Of ``products.tables``.
    mapping : LayerMapping
    zero_point : int
        Of its input.
    """

    layer: Convolution
    products: Products
    choices: tuple[Choice, ...]
    mapping: LayerMapping
    zero_point: int

    def weights(self, spec: AcceleratorSpec) -> NDArray[np.uint16]:
        """Code with mode above of every weight: ``[F, KH, KW, C // groups]``."""
        codes = self.products.codes.astype(np.uint16)
        if spec.form in ("ranges", "edge") or not spec.mode_width:
            return codes
        modes = np.array([choice.mode for choice in self.choices], np.uint16)
        above = modes[self.products.choice] << np.uint16(spec.arithmetic[0].w_kind.width)
        return codes | above

    def tasks(
        self, spec: AcceleratorSpec, region: Region, source: View, target: View, part: range
    ) -> Iterator[Task]:
        """Descriptors of the filters ``part`` at ``region``.

        ``source`` holds the channels that these filters read, and ``target`` their outputs.
        """
        layer = self.layer
        kernel = layer.weights.shape[1:3]
        weights = self.weights(spec)[part.start : part.stop]
        if is_diagonal(layer):
            operation, size = Operation.DIAGONAL, spec.diagonal
            steps = window_steps(kernel, source, size)
            columns = [list(group) for group in groups_of(len(part), size)]
            check_diagonal(layer.name, self.multipliers, spec)
            image = diagonal_image(weights, size, spec.cols)
        else:
            operation = Operation.DENSE
            steps = dense_steps(kernel, source, spec.rows, spec.banks)
            columns = assign_columns(self.multipliers[part.start : part.stop], spec)
            image = dense_image(weights, columns, steps, spec.rows)
        parameters, slots = self._parameters(spec, part, columns)
        fields = {
            **clamp_fields(layer),
            **self._variate(),
            **(self._ranges() if spec.form == "ranges" else {}),
            "operation": operation,
            "groups": len(columns),
            "tile": self._tile(spec),
            "spacing": max(slots, spec.cols // spec.requantizers),
            "fill": self.zero_point,
            "zero_out": layer.quantization.zero_point,
        }
        stream = packed(image, spec)
        for piece in accumulated(region, spec.accumulator_depth):
            reading = reading_fields(piece, source, layer.stride, layer.padding[:2], steps)
            yield Task(
                layer=layer.name,
                fields=fields | reading | writing_fields(piece, target, len(part)),
                region=piece,
                weights=stream,
                parameters=parameters,
            )

    @property
    def multipliers(self) -> list[str]:
        """Of each filter; what its first tap has, where there are several."""
        first = self.products.choice.reshape(len(self.layer.weights), -1)[:, 0]
        return [self.choices[index].multiplier for index in first]

    def _tile(self, spec: AcceleratorSpec) -> int:
        return spec.multipliers.index(self.mapping.multiplier) if spec.form == "tiles" else 0

    def _variate(self) -> dict[str, int]:
        found = self.mapping.control_variate
        if found is None:
            return {}
        return {
            "variate_mask": (1 << found.bits) - 1,
            "variate_or": found.x == "or",
            "variate_fraction": found.fraction,
        }

    def _ranges(self) -> dict[str, int]:
        kind = find(self.mapping.multiplier).w_kind
        values = kind.decode(self.products.codes)
        modes = np.array([choice.mode for choice in self.choices])[self.products.choice]
        return range_fields(self.layer.name, values, modes, kind)

    def _parameters(
        self, spec: AcceleratorSpec, part: range, columns: Sequence[Sequence[int]]
    ) -> tuple[bytes, int]:
        """Parameters of the groups, and the write slots that a position takes at most."""
        found, most = b"", 1
        for group in columns:
            taken: dict[int, int] = {}  # writes by bank
            words = []
            for channel in group:
                slot = taken.get(channel % spec.banks, 0)
                if channel >= 0:
                    taken[channel % spec.banks] = slot + 1
                words.append(self._filter(spec, part, channel, slot))
            most = max(most, *taken.values())
            found += group_parameters(spec, words)
        return found, most

    def _filter(
        self, spec: AcceleratorSpec, part: range, channel: int, slot: int
    ) -> dict[str, int]:
        if channel < 0:  # a column that is not used writes nowhere
            return place_fields(spec, (1 << 16) - 1)
        index = part[channel]
        fields = {"bias": wrapped(int(self.products.bias[index]))}
        fields |= scale_fields(self.layer.rescale[index]) | place_fields(spec, channel, slot)
        if spec.activation_sum:
            fields["sum_factor"] = int(self.products.sum_factor[index])
        if spec.variate_bits and self.products.variate is not None:
            fields["variate_factor"] = int(self.products.variate.factor[index])
        return fields


def is_diagonal(layer: Convolution) -> bool:
    """Whether every filter reads one channel, and each channel has one."""
    filters, _, _, channels = layer.weights.shape
    return bool(layer.groups == filters > 1 == channels)


def multiplication_of(
    layer: Convolution, network: Network, mapping: LayerMapping
) -> Multiplication:
    """Resolve a layer's mapping. Raises :exc:`SpecError` where it does not fit the layer."""
    zero_point = network.quantizations[layer.inputs[0]].zero_point
    highest = highest_code(network, layer.inputs[0])
    return Multiplication(
        layer=layer,
        products=products_of(layer, mapping, zero_point, highest),
        choices=mapping.resolve(layer.centred_weights)[0],
        mapping=mapping,
        zero_point=zero_point,
    )
