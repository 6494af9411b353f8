"""Steps of reconfigurable multipliers: how far each mode shortens both operands."""

from hwgen.errors import SpecError

__all__ = ["check_steps"]


def check_steps(owner: str, steps: tuple[tuple[int, int], ...]) -> None:
    """Refuse steps that are fewer than two, not distinct, or do not begin with the smallest."""
    smallest = tuple(map(min, zip(*steps, strict=True)))
    if len(set(steps)) < max(2, len(steps)) or steps[0] != smallest:
        raise SpecError(
            f"{owner} steps must be two or more that differ, the smallest first, not {steps}"
        )
