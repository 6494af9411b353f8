"""How the lanes that read a window walk through its taps, pass by pass.

See :mod:`hwgen.spec.program` for what the constants mean.
"""

from dataclasses import dataclass

from hwgen.compiler.view import View

__all__ = ["LaneSteps", "dense_steps", "window_steps"]


@dataclass(frozen=True, kw_only=True)
class LaneSteps:
    """Constants of a descriptor; field names are those of the descriptor."""

    passes: int
    kernel_lines: int
    segment: int
    wrap: int
    wrap_offset: int
    step_q: int
    step_ky: int
    step_offset: int
    back_q: int
    back_ky: int
    back_offset: int


def dense_steps(kernel: tuple[int, int], view: View, rows: int, banks: int) -> LaneSteps:
    """All taps of all channels, ``rows`` per pass, without holes where the pitch allows it.

    Lane ``r`` of pass ``b`` takes tap ``b * rows + r`` in kernel line, column, channel order.
    Where the tensor's pitch would put taps of two kernel lines on one bank, each kernel line
    starts a pass of its own.
    """
    height, width = kernel
    segment = width * view.channels
    follows = height == 1 or (view.pitch - segment) % banks == 0
    wrap = segment if follows else -(-segment // rows) * rows
    passes = -(-height * wrap // rows)
    step_ky, step_q = divmod(rows, wrap)
    back_ky, back_q = divmod(rows * (passes - 1), wrap)
    return LaneSteps(
        passes=passes,
        kernel_lines=height,
        segment=segment,
        wrap=wrap,
        wrap_offset=view.pitch - wrap,
        step_q=step_q,
        step_ky=step_ky,
        step_offset=step_ky * view.pitch + step_q,
        back_q=-back_q,
        back_ky=-back_ky,
        back_offset=-(back_ky * view.pitch + back_q),
    )


def window_steps(kernel: tuple[int, int], view: View, group: int) -> LaneSteps:
    """One tap per pass, a channel per lane; then the next ``group`` channels."""
    height, width = kernel
    wrap = width * view.column
    across = (width - 1) * view.column
    return LaneSteps(
        passes=height * width,
        kernel_lines=height,
        segment=wrap,
        wrap=wrap,
        wrap_offset=view.pitch - wrap,
        step_q=view.column,
        step_ky=0,
        step_offset=view.column,
        back_q=group - across,
        back_ky=1 - height,
        back_offset=group - across - (height - 1) * view.pitch,
    )
