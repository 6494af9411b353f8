"""What kinds of layers the accelerator executes."""

from hwgen.network.graph import Add, Convolution, Layer, Pool

__all__ = ["refusal"]


def refusal(layer: Layer) -> str | None:
    """Why the accelerator cannot execute a layer, whatever its size; None when it can."""
    if not isinstance(layer, Convolution | Add | Pool):
        return f"layer {layer.name} must be a convolution, an addition or a pooling"
    if isinstance(layer, Convolution) and layer.groups != 1:
        return f"layer {layer.name} must have one group, not {layer.groups}"
    if isinstance(layer, Convolution) and not layer.is_symmetric:
        zero = next(x for x in layer.weight_zero_points if x)
        return f"layer {layer.name} weight zero points must be 0 (s8 codes), not {zero}"
    # Padded taps read as less than any code, which only a maximum may see.
    if isinstance(layer, Pool) and layer.kind == "average" and any(layer.padding):
        return f"layer {layer.name} must pool without padding, not {layer.padding}"
    return None
