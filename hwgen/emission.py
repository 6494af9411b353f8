"""Components inside components: one switch between simulating and emitting.

A component places its children with :func:`place`. Elaborated for Amaranth's simulator
(``platform`` is None) the child becomes an ordinary submodule. Elaborated for an
:class:`Emitter` it becomes an instance of a module of its own, which is emitted once however
often it is placed, with all the ports of its signature. Amaranth alone writes a module per
instance and derives its ports from their use, so an array of equal elements would become a
module per corner, edge and interior.
"""

import inspect
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from amaranth.back import rtlil
from amaranth.hdl import ClockSignal, EnableInserter, Instance, Module, ResetSignal, Signal, Value
from amaranth.lib import wiring

__all__ = ["Emitter", "place"]

CLOCK_GATE = "clock_gate"


def place(
    m: Module,
    platform: Any,
    name: str,
    component: Any,
    module: str | None = None,
    enable: Any = None,
    inputs: Mapping[str, Any] = MappingProxyType({}),
) -> Any:
    """Make ``component`` the child ``name`` of ``m`` and return it, ready to be connected.

    Parameters
    ----------
    m : Module
        The parent under construction.
    platform : Emitter or None
        What the parent's ``elaborate`` was given.
    name : str
        Name of the instance.
    component : wiring.Component
        Its public attributes that are no ports are its parameters.
    module : str, optional
        Name of the Verilog module; default: the class name in snake case. A parent that
        places one class with different parameters has to tell them apart here.
    enable : Value, optional
        In cycles in which it is 0, the child's registers keep their values: emitted, its clock
        stands still behind the gating cell of ``rtl_templates/clock_gate.v``.
    inputs : mapping of str to sequence of Value
        What drives input ports that are arrays, as wide as they are: parents of many children
        emit faster so than by assignments.
    """
    if platform is None:
        for port, values in inputs.items():
            m.d.comb += [x.eq(y) for x, y in zip(getattr(component, port), values, strict=True)]
        m.submodules[name] = component if enable is None else EnableInserter(enable)(component)
        return component
    module = module or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(component).__name__).lower()
    component._MustUse__silence = True  # it only lends its ports: its module may exist already
    clocked = platform.add(module, component)
    ports: dict[str, Any] = {}
    if clocked:
        clock = ClockSignal() if enable is None else _gated(m, platform, name, enable)
        ports = {"i_clk": clock, "i_rst": ResetSignal()}
    for path, member, value in component.signature.flatten(component):
        prefix = "i" if member.flow == wiring.In else "o"
        port = "__".join(map(str, path))
        if path[0] in inputs:
            ports[f"i_{port}"] = inputs[path[0]][path[1]]
            continue
        ports[f"{prefix}_{port}"] = value
        Value.cast(value).name = f"{name}_{port}"  # its name among the parent's signals
    m.submodules[name] = Instance(module, **ports)
    return component


def _gated(m: Module, platform: Any, name: str, enable: Any) -> Signal:
    """The clock in cycles in which ``enable`` or the reset is 1."""
    clock = Signal(name=f"{name}_clk")
    m.submodules[f"{name}_gate"] = Instance(
        CLOCK_GATE, i_clk_i=ClockSignal(), i_enable_i=enable | ResetSignal(), o_clk_o=clock
    )
    platform.templates.add(CLOCK_GATE)
    return clock


def parameters(component: Any) -> dict[str, Any]:
    """Public attributes of a component that are not its ports."""
    ports = component.signature.members
    return {
        name: value
        for name, value in vars(component).items()
        if not name.startswith("_") and name not in ports
    }


class Emitter:
    """Collects every distinct component of a design as RTLIL text.

    Attributes
    ----------
    modules : dict of str to str
        RTLIL by module name, children before parents.
    descriptions : dict of str to str
        What each module is: the first line of its docstring, and its parameters.
    templates : set of str
        Modules of ``rtl_templates`` that are instantiated.
    """

    def __init__(self) -> None:
        self.modules: dict[str, str] = {}
        self.descriptions: dict[str, str] = {}
        self.templates: set[str] = set()
        self._keys: dict[str, tuple[type, dict[str, Any]]] = {}

    def add(self, module: str, component: Any) -> bool:
        """Emit ``component`` unless it was emitted before; return whether it has a clock."""
        key = (type(component), parameters(component))
        if module not in self._keys:
            self._keys[module] = key
            text = rtlil.convert(component, name=module, platform=self, emit_src=False)
            self.modules[module] = text
            self.descriptions[module] = _describe(component)
        elif self._keys[module] != key:
            raise ValueError(f"module {module} stands for {self._keys[module]} and for {key}")
        return re.search(r"^\s*wire .*\binput \d+\s+\\clk$", self.modules[module], re.M) is not None


def _describe(component: Any) -> str:
    """First line of the docstring; behind it, if there are any, the parameters."""
    summary = (inspect.getdoc(type(component)) or "").partition("\n")[0]
    what = re.sub(r":\w+:`~?(?:\w+\.)*([^`]+)`|``", r"\1", summary)
    values = [f"{name} = {_value(value)}" for name, value in parameters(component).items()]
    return f"{what}\nParameters: {', '.join(values)}." if values else what


def _value(value: Any) -> str:
    """A parameter, in short: kinds of operands by their names, specs by their digests."""
    if hasattr(value, "to_toml") and hasattr(value, "digest"):
        return f"that of digest {value.digest[:16]}"
    kind = r"OperandKind\(width=(\d+), signed=(True|False)\)"
    return re.sub(kind, lambda x: f"{'s' if x[2] == 'True' else 'u'}{x[1]}", str(value))
