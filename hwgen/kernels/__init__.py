"""Inner loops: compiled where this installation has them, in NumPy where it does not.

``evolution`` searches for circuits, ``layers`` runs the layers of a network. Each is an optional
shared object with code for several instruction sets, of which the best is taken at run time. All
give the same results.
"""
