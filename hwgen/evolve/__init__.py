"""Our own approximate multipliers: Cartesian genetic programming over gate netlists."""
