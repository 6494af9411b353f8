"""Running a network under a mapping as fast as the machine can, bit for bit as golden says.

``fit`` finds integer factors of tables, ``candidates`` the kernels that can run a layer,
``dispatch`` takes the fastest by measurement, ``prepare`` makes each layer a call on a slice of
images, ``plan`` says in which memory, ``run`` streams slices through the network on all cores,
``reuse`` and ``store`` spare what is known from the last mapping.
"""

from hwgen.emulation.emulator import MEMORY, Emulator, evaluate
from hwgen.emulation.missing import hint
from hwgen.emulation.result import LayerRun, Result

__all__ = ["MEMORY", "Emulator", "LayerRun", "Result", "evaluate", "hint"]
