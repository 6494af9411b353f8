"""Network, mapping and spec to a program."""

from hwgen.compiler.bounds import check_accumulators
from hwgen.compiler.image import build_image
from hwgen.compiler.multiply import Multiplication, multiplication_of
from hwgen.compiler.placement import Placement, place
from hwgen.compiler.program import Extent, Place, Program, Step
from hwgen.compiler.schedule import Schedule
from hwgen.compiler.support import executed_layers
from hwgen.compiler.task import Task
from hwgen.errors import SpecError
from hwgen.network.graph import Concat, Convolution, Layer, Network, Pad, Reshape
from hwgen.spec.accelerator import AcceleratorSpec
from hwgen.spec.mapping import Mapping
from hwgen.spec.program import digest_word

__all__ = ["compile_network"]


def compile_network(network: Network, mapping: Mapping, spec: AcceleratorSpec) -> Program:
    """Compile ``network`` with ``mapping`` for ``spec``.

    Raises :exc:`SpecError`, naming the layer, the limit and the number, when the hardware
    cannot execute the mapping, a memory is too small, or an accumulator too narrow.
    """
    layers = executed_layers(network)
    refusal = spec.refusal(mapping)
    if refusal is not None:
        raise SpecError(refusal)
    _check_names(network, mapping)
    multiplications = {
        layer.name: _multiplication(layer, network, mapping, spec)
        for layer in layers
        if isinstance(layer, Convolution)
    }
    for layer in layers:
        check_accumulators(layer, spec, multiplications.get(layer.name))
    placement = place(network, layers, spec)
    schedule = Schedule(
        network=network,
        layers=layers,
        spec=spec,
        placement=placement,
        multiplications=multiplications,
    )
    tasks = list(schedule.tasks())
    return _program(network, layers, mapping, spec, placement, tasks)


def _check_names(network: Network, mapping: Mapping) -> None:
    """Refuse a mapping that lacks a layer that multiplies, or names another one."""
    names = [layer.name for layer in network.convolutions]
    for name in names:
        if name not in mapping.layers:
            raise SpecError(f"mapping must name every convolution; layer {name} is missing")
    for name in mapping.layers:
        if name not in names:
            raise SpecError(
                f"mapping must name the network's {len(names)} convolutions only, not {name}"
            )


def _multiplication(
    layer: Convolution, network: Network, mapping: Mapping, spec: AcceleratorSpec
) -> Multiplication:
    found = multiplication_of(layer, network, mapping.layers[layer.name])
    if found.products.sum_factor.any() and not spec.activation_sum:
        raise SpecError(
            f"layer {layer.name} has weights with a zero point, "
            "but the accelerator does not sum activations (activation_sum)"
        )
    return found


def _program(
    network: Network,
    layers: tuple[Layer, ...],
    mapping: Mapping,
    spec: AcceleratorSpec,
    placement: Placement,
    tasks: list[Task],
) -> Program:
    result = layers[-1].name
    shapes = {name: network.shapes[name] for name in (network.input_name, *_names(layers))}
    homes = placement.homes
    spilled = [x for x in shapes if homes[x].root == x and not placement.is_resident(x)]
    stored = dict.fromkeys([network.input_name, *spilled, homes[result].root])
    image = build_image(tasks, [(name, _codes(shapes[name])) for name in stored], digest_word(spec))
    areas = image.areas | {
        name: image.areas[homes[name].root]
        for name in shapes
        if name == result or not placement.is_resident(name)
    }
    views = {name: placement.view(name, network) for name in shapes if placement.is_resident(name)}
    return Program(
        spec=spec,
        mapping_digest=mapping.digest,
        image=image.words,
        memory_bytes=image.size,
        input=network.input_name,
        output=result,
        extents={name: Extent(offset=areas[name], shape=shapes[name]) for name in areas},
        places={
            name: Place(
                address=views[name].address,
                pitch=views[name].pitch,
                column=views[name].column,
                shape=shapes[name],
            )
            for name in views
        },
        steps=_steps(network, layers, placement, tasks),
    )


def _steps(
    network: Network, layers: tuple[Layer, ...], placement: Placement, tasks: list[Task]
) -> tuple[Step, ...]:
    """What each descriptor does, and which tensors are whole after it."""
    last = {task.layer: number for number, task in enumerate(tasks)}
    done = {network.input_name: last.get(network.input_name, 0)}
    for layer in layers:
        own = placement.homes[layer.name].root
        moves = isinstance(layer, Concat | Pad | Reshape)
        parts = [x for x in layer.inputs if moves and placement.homes[x].root == own]
        done[layer.name] = max([last.get(layer.name, 0), *(done[name] for name in parts)])
    return tuple(
        Step(
            layer=task.layer,
            part=task.part,
            completes=tuple(name for name in done if done[name] == number),
        )
        for number, task in enumerate(tasks)
    )


def _names(layers: tuple[Layer, ...]) -> list[str]:
    return [layer.name for layer in layers]


def _codes(shape: tuple[int, int, int]) -> int:
    height, width, channels = shape
    return height * width * channels
