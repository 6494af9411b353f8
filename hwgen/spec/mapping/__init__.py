"""Which multiplier mode every weight uses, and the corrections that go with it."""

from hwgen.spec.mapping.corrections import ControlVariate, TunedWeights
from hwgen.spec.mapping.file import Mapping
from hwgen.spec.mapping.layer import LayerMapping
from hwgen.spec.mapping.rules import Choice, FilterRule, KernelRule, RangeRule, Rule, WeightRule

__all__ = [
    "Choice",
    "ControlVariate",
    "FilterRule",
    "KernelRule",
    "LayerMapping",
    "Mapping",
    "RangeRule",
    "Rule",
    "TunedWeights",
    "WeightRule",
]
