"""Bus ports with flat names: ``m_axi_araddr``, as simulators and vendors' tools expect them.

A signature as one member of a component would be emitted with double underscores.
"""

from types import SimpleNamespace

__all__ = ["bus", "flat"]


def flat(prefix, signature):
    """Members of a component that has ``signature`` as a port, each under ``prefix_name``."""
    return {f"{prefix}_{name}": member for name, member in signature.members.items()}


def bus(component, prefix, signature):
    """The interface made of the flat ports of ``component``, for :func:`wiring.connect`.

    ``signature`` is the one that :func:`flat` was given: inside ``component`` it takes
    :func:`wiring.flipped` of this to connect a child's bus to its own.
    """
    ports = {name: getattr(component, f"{prefix}_{name}") for name in signature.members}
    return SimpleNamespace(signature=signature, **ports)
