"""Mapped netlists as Verilog that other tools read."""

from collections.abc import Iterable

from hwgen.cost.netlist import Netlist

__all__ = ["net_name", "port_nets", "structure"]


def net_name(net: int) -> str:
    """Name of a net; constants stand for themselves."""
    return f"n{net}" if net > 1 else f"1'b{net}"


def port_nets(netlist: Netlist) -> tuple[list[int], list[int]]:
    """Nets that ports drive, and nets of gates that drive ports."""
    inputs = [net for nets in netlist.inputs.values() for net in nets]
    driven = {net for x in netlist.gates + netlist.flip_flops for _, net in x.driven}
    return inputs, sorted(driven & netlist.port_sinks.keys())


def structure(netlist: Netlist, name: str) -> str:
    """A module of instances of cells; every bit of a port is a port, named after its net."""
    inputs, outputs = port_nets(netlist)
    cells = netlist.gates + netlist.flip_flops
    driven = {net for cell in cells for _, net in cell.driven}
    lines = [f"module {name}({_listed([*inputs, *outputs])});"]
    lines += [f"input {_listed(inputs)};", f"output {_listed(outputs)};"]
    lines += [f"wire {net_name(net)};" for net in sorted(driven - set(outputs))]
    for number, cell in enumerate(cells):
        pins = ", ".join(f".{pin}({net_name(net)})" for pin, net in cell.nets.items())
        lines.append(f"{cell.cell.name} g{number}({pins});")
    return "\n".join([*lines, "endmodule\n"])


def _listed(nets: Iterable[int]) -> str:
    return ", ".join(map(net_name, nets))
