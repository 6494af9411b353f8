"""Random windows of convolutions and pools, of a wished stride and padding."""

__all__ = ["draw_strides", "draw_window", "is_strided", "padding_of", "window_size"]

LARGEST = 3  # side of a kernel
TRIES = 60


def draw_strides(rng, stride=None):
    """Vertical and horizontal; ``stride`` is the larger one."""
    if stride is None:
        return tuple(int(x) for x in rng.integers(1, 4, 2))
    found = [
        stride,
        stride if rng.random() < 0.6 else int(rng.integers(1, stride + 1)),
    ]
    rng.shuffle(found)
    return tuple(found)


def draw_window(rng, size, stride=None, padding=None):
    """Kernel, strides, padding and output size on a tensor; None where there is none."""
    for _ in range(TRIES):
        kernel = tuple(int(rng.integers(1, min(LARGEST, side) + 1)) for side in size)
        steps = draw_strides(rng, stride)
        margin = _margin(rng, kernel, padding)
        out = window_size(size, kernel, steps, margin)
        is_other = max(kernel) == 1 or (kernel == size and not any(margin))
        is_wished = padding in (None, padding_of(margin))
        if is_wished and not is_other and (stride is None or is_strided(out, steps)):
            return kernel, steps, margin, out
    return None


def _margin(rng, kernel, padding):
    margin = [int(rng.integers(side)) for side in kernel * 2]
    if padding == "none":
        return (0,) * 4
    return tuple(margin[:2] * 2 if padding == "equal" else margin)


def window_size(size, kernel, stride, margin):
    """Height and width of what windows make of a tensor."""
    return tuple(
        (side + margin[i] + margin[i + 2] - kernel[i]) // stride[i] + 1
        for i, side in enumerate(size)
    )


def padding_of(margin):
    """Top, left, bottom, right in one word: ``none``, ``equal`` or ``unequal``."""
    if not any(margin):
        return "none"
    return "equal" if margin[:2] == margin[2:] else "unequal"


def is_strided(size, stride):
    """Whether there are two positions as far apart as the larger stride."""
    return any(side > 1 and step == max(stride) for side, step in zip(size, stride, strict=True))
