"""Layers that multiply as an accelerator does, for retraining with PyTorch 2.

``load(FILE.npz)`` gives a module for each layer that multiplies, by name. Each replaces a layer
of a model together with the quantization of its input and output: ``layer(x)`` takes and gives
real values, and what it gives are, bit for bit, the values of the codes that the accelerator
computes. The gradient is that of the exact layer (straight through): zero only where the output
was clipped. ``weight`` and ``bias`` can be trained; scales, choices of multipliers, bias updates
and control variates stay. ``weight_codes()`` and ``bias_codes()`` are what goes back into the
8-bit model's initializers.

A weight that keeps its code keeps the code that tuning gave it; one that changes is multiplied
with its new code. Search again once retraining is over: corrections belong to weights.
"""

import json

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

__all__ = ["ApproximateConv2d", "load"]

TOP, BOTTOM = (1 << 31) - 1, -(1 << 31)


def load(path):
    """Modules by layer name, from the archive that came with this file."""
    with np.load(path) as archive:
        description = json.loads(str(archive["description"]))
        tables = torch.from_numpy(archive["tables"])
        # By weight first: one weight then selects a row of 256 products.
        rows = tables.transpose(1, 2).reshape(-1, 256).contiguous()
        return {
            settings["name"]: ApproximateConv2d(settings, rows, _arrays(archive, settings["name"]))
            for settings in description["layers"]
        }


def _arrays(archive, name):
    start = f"{name}/"
    return {
        key[len(start) :]: torch.from_numpy(archive[key].astype(np.int64))
        for key in archive.files
        if key.startswith(start) and "/" not in key[len(start) :]
    }


class ApproximateConv2d(nn.Module):
    """A convolution, or a fully connected layer as one of 1 by 1 position.

    Tensors are ``[N, C, H, W]``; ``[N, C]`` is taken as one position, and given back so.
    """

    def __init__(self, settings, rows, arrays):
        super().__init__()
        self.settings = settings
        self.register_buffer("rows", rows, persistent=False)
        for name in ("choice", "weights", "tuned_weights"):  # [F, C, KH, KW], as PyTorch has it
            self.register_buffer(name, arrays[name].permute(0, 3, 1, 2).contiguous())
        for name in ("constants", "sum_factor", "layer_bias", "weight_zero_points", "rescale"):
            self.register_buffer(name, arrays[name])
        for name in ("variate_x", "variate_factor"):
            self.register_buffer(name, arrays.get(name))
        scale = self._factors() * settings["output_scale"]
        self.register_buffer("bias_scale", torch.where(scale > 0, scale, 1.0))
        self.register_buffer("weight_scale", self.bias_scale / settings["input_scale"])
        centred = self.weights - self.weight_zero_points.view(-1, 1, 1, 1)
        self.weight = nn.Parameter((centred * self.weight_scale.view(-1, 1, 1, 1)).float())
        # Biases have more bits than a float: kept is where they start, trained is the way off.
        self.bias = nn.Parameter((self.layer_bias * self.bias_scale).float())
        self.register_buffer("bias_start", self.bias.detach().clone())

    def forward(self, x):
        """Values of the output codes, with the gradient of the exact layer."""
        if x.ndim == 2:
            return self(x[:, :, None, None]).flatten(1)
        exact = self._exact(x)
        with torch.no_grad():
            found = self._values(self.codes(self.input_codes(x)), "output").to(exact.dtype)
        return _straight_through(found, exact)

    def input_codes(self, x):
        """Stored u8 codes of real values, as int64."""
        codes = torch.round(x / self.settings["input_scale"]) + self.settings["input_zero_point"]
        return codes.clamp(0, self.settings["highest"]).long()

    def codes(self, codes):
        """Output codes int64[N, F, OH, OW] of input codes [N, C, H, W]."""
        found = self._requantized(self.accumulate(codes)) + self.settings["output_zero_point"]
        return found.clamp(self.settings["low"], self.settings["high"])

    def accumulate(self, codes):
        """Accumulators int64[N, F, OH, OW] of input codes [N, C, H, W], wrapped to 32 bits."""
        taps, size = self._taps(codes)
        stored = self._stored_weights()
        index = self._row_numbers(stored).view(taps.shape[1], -1, taps.shape[2])
        filters = index.shape[1]
        sums = self._dense(taps, index) if len(index) == 1 else self._grouped(taps, index)
        found = sums.long().flatten(1, 2)
        weights = stored.flatten(1).sum(1)
        bias = self.bias_codes() + self.constants - self.settings["activation_zero"] * weights
        found += bias[:, None] + self.sum_factor[:, None] * self._per_filter(taps, filters)
        if self.variate_x is not None:
            fraction = self.settings["variate_fraction"]
            sums = self._per_filter(self.variate_x[taps], filters)
            found += (self.variate_factor[:, None] * sums + ((1 << fraction) >> 1)) >> fraction
        return _wrap(found).view(len(taps), -1, *size)

    def _dense(self, taps, index):
        """Sums of products [N, 1, F, positions]: a code selects the products of all filters."""
        count, _, fan_in, positions = taps.shape
        codes = taps[:, 0].transpose(0, 1).reshape(fan_in, -1)
        shape = (count * positions, index.shape[1])
        sums = torch.zeros(shape, dtype=torch.int32, device=taps.device)  # wraps like an adder
        for k in range(fan_in):
            sums += self.rows[index[0, :, k]].T.contiguous().index_select(0, codes[k])
        return sums.view(count, positions, -1).transpose(1, 2)[:, None]

    def _grouped(self, taps, index):
        """The same for several groups: [N, groups, filters of each, positions]."""
        count, groups, fan_in, positions = taps.shape
        filters = index.shape[1]
        shape = (count, groups, filters, positions)
        sums = torch.zeros(shape, dtype=torch.int32, device=taps.device)
        for k in range(fan_in):
            rows = self.rows[index[:, :, k]].expand(count, -1, -1, -1)
            sums += rows.gather(3, taps[:, :, None, k].expand(-1, -1, filters, -1))
        return sums

    def weight_codes(self):
        """Stored s8 codes of the weights [F, C, KH, KW]; those of a u8 model are 128 higher."""
        return self._stored_weights().to(torch.int8)

    def bias_codes(self):
        """Codes of the biases, as int64."""
        moved = (self.bias.detach() - self.bias_start).double() / self.bias_scale
        return self.layer_bias + torch.round(moved).long()

    def _exact(self, x):
        low, high = (self._values(self.settings[key], "output") for key in ("low", "high"))
        x = _straight_through(self._values(self.input_codes(x), "input").to(x.dtype), x)
        weight = _straight_through(self._weight_values(), self.weight)
        top, left, bottom, right = self.settings["padding"]
        x = F.pad(x, (left, right, top, bottom))
        settings = {"stride": self.settings["stride"], "groups": self.settings["groups"]}
        return F.conv2d(x, weight, self.bias, **settings).clamp(low, high)

    def _values(self, codes, side):
        return (codes - self.settings[f"{side}_zero_point"]) * self.settings[f"{side}_scale"]

    def _weight_values(self):
        centred = self._stored_weights() - self.weight_zero_points.view(-1, 1, 1, 1)
        return (centred * self.weight_scale.view(-1, 1, 1, 1)).to(self.weight.dtype)

    def _stored_weights(self):
        steps = self.weight.detach().double() / self.weight_scale.view(-1, 1, 1, 1)
        half = 1 << (self.settings["weight_width"] - 1)
        codes = torch.round(steps).long() + self.weight_zero_points.view(-1, 1, 1, 1)
        return codes.clamp(-half, half - 1)

    def _row_numbers(self, stored):
        """Row of each weight: its table, then the byte that the multiplier gets."""
        multiplied = torch.where(stored == self.weights, self.tuned_weights, stored)
        width = self.settings["weight_width"]
        byte = (multiplied + self.settings["weight_offset"]) & ((1 << width) - 1)
        return self.choice * 256 + byte

    def _taps(self, codes):
        """Codes that each position reads: int64[N, groups, C * KH * KW, positions]."""
        top, left, bottom, right = self.settings["padding"]
        fill = float(self.settings["input_zero_point"])
        padded = F.pad(codes.float(), (left, right, top, bottom), value=fill)
        kernel, stride = self.weights.shape[2:], self.settings["stride"]
        taps = F.unfold(padded, tuple(kernel), stride=tuple(stride)).long()
        size = [(padded.shape[2 + i] - kernel[i]) // stride[i] + 1 for i in (0, 1)]
        groups = self.settings["groups"]
        return taps.view(len(taps), groups, taps.shape[1] // groups, -1), size

    def _per_filter(self, taps, filters):
        """Sums over windows, for the filters of each group: [N, F, positions]."""
        return taps.sum(2).repeat_interleave(filters, dim=1)

    def _factors(self):
        """What accumulators are multiplied with, as real numbers."""
        multiplier, left, right = self.rescale.double().unbind(1)
        shift = left - right - (31 if self.settings["rounding"] == "double" else 0)
        return multiplier * torch.exp2(shift)

    def _requantized(self, x):
        multiplier, left, right = (y.view(-1, 1, 1) for y in self.rescale.unbind(1))
        if self.settings["rounding"] == "double":
            high = (_wrap(x << left) * multiplier + (1 << 30)) >> 31
            high = high.clamp(max=TOP)
            mask = (torch.ones_like(right) << right) - 1
            return (high >> right) + ((high & mask) > (mask >> 1) + (high < 0).long()).long()
        x = x * multiplier
        below_half = ((torch.ones_like(right) << right) >> 1).clamp(min=1) - 1
        odd = (x >> right) & (right > 0).long()  # an odd result takes the tie up
        return ((x + odd + below_half) >> right).clamp(BOTTOM, TOP)


def _straight_through(value, like):
    """``value`` with the gradient of ``like``."""
    return value.detach() + (like - like.detach())


def _wrap(x):
    return ((x + (1 << 31)) & ((1 << 32) - 1)) - (1 << 31)
