"""The same topology in PyTorch's float32, for comparison."""

import torch
from torch import nn
from torch.nn import functional

__all__ = ["float_resnet20"]


class _Block(nn.Module):
    def __init__(self, channels, width, stride):
        super().__init__()
        self.first = nn.Conv2d(channels, width, 3, stride, 1)
        self.second = nn.Conv2d(width, width, 3, 1, 1)
        self.stride, self.margin = stride, (width - channels) // 2

    def forward(self, x):
        found = self.second(functional.relu(self.first(x)))
        if self.stride == 2:
            x = functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.margin, self.margin))
        return functional.relu(found + x)


def float_resnet20():
    """ResNet-20 with random weights, batch normalization folded, channels last."""
    parts = [nn.Conv2d(3, 16, 3, 1, 1), nn.ReLU()]
    channels = 16
    for stage, width in enumerate((16, 32, 64)):
        for block in range(3):
            parts.append(_Block(channels, width, 2 if stage and not block else 1))
            channels = width
    parts += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)]
    return nn.Sequential(*parts).eval().to(memory_format=torch.channels_last)
