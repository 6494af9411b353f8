"""The Python interface: what the command line calls, and what a program should call.

Each function is one step of the way from a trained network to verified hardware:
:func:`load` and :func:`load_images`, :func:`evaluate` and :func:`trace`, :func:`operands` and
:func:`characterize`, :func:`explore`, :func:`generate`, :func:`simulate`, :func:`synthesize`.
Mistakes in the input raise :exc:`hwgen.errors.HwgenError`.
"""

from hwgen.api.characterization import characterize, operands
from hwgen.api.comparison import ModelFiles, compare
from hwgen.api.evaluation import evaluate, trace, uniform_mapping, update_biases
from hwgen.api.exploration import explore
from hwgen.api.hardware import generate, generate_mapping, simulate, synthesize
from hwgen.api.loading import load, load_data, load_images
from hwgen.api.quantization import quantize
from hwgen.api.reporting import report
from hwgen.build import Build
from hwgen.mapping.study.study import Study
from hwgen.network.quantize import Scheme
from hwgen.spec.mapping import LayerMapping, Mapping

__all__ = [
    "Build",
    "LayerMapping",
    "Mapping",
    "ModelFiles",
    "Scheme",
    "Study",
    "characterize",
    "compare",
    "evaluate",
    "explore",
    "generate",
    "generate_mapping",
    "load",
    "load_data",
    "load_images",
    "operands",
    "quantize",
    "report",
    "simulate",
    "synthesize",
    "trace",
    "uniform_mapping",
    "update_biases",
]
