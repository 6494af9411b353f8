"""The header compiled by a C compiler adds up what golden adds up."""

import shutil
import subprocess

import numpy as np
import pytest

from hwgen import golden
from hwgen.golden.convolution import accumulate
from hwgen.golden.im2col import im2col
from hwgen.mapping_export.header import header

pytestmark = [
    pytest.mark.tool,
    pytest.mark.skipif(not shutil.which("gcc"), reason="needs a C compiler"),
]

# Reads windows of every layer, filter by filter, and writes their accumulators.
PROGRAM = """
#include <stdio.h>
#include <stdlib.h>
#include "mapping.h"

int main(void)
{
    for (int number = 0; number < HWGEN_LAYERS; number++) {
        const hwgen_layer *layer = &hwgen_layers[number];
        const int taps = layer->kernel_height * layer->kernel_width * layer->channels;
        const int each = layer->filters / layer->groups;
        int positions;
        if (fread(&positions, sizeof positions, 1, stdin) != 1)
            return 1;
        uint8_t *windows = malloc((size_t)positions * layer->groups * taps);
        if (fread(windows, (size_t)layer->groups * taps, positions, stdin) != (size_t)positions)
            return 1;
        for (int p = 0; p < positions; p++)
            for (int f = 0; f < layer->filters; f++) {
                const uint8_t *window = windows + ((size_t)p * layer->groups + f / each) * taps;
                const int32_t sum = hwgen_accumulate(layer, f, window);
                fwrite(&sum, sizeof sum, 1, stdout);
            }
        free(windows);
    }
    return 0;
}
"""


def compile_program(folder, text):
    (folder / "mapping.h").write_text(text, encoding="ascii")
    (folder / "main.c").write_text(PROGRAM, encoding="ascii")
    command = ["gcc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O1", "main.c"]
    subprocess.run([*command, "-o", "main"], cwd=folder, check=True, capture_output=True)
    return folder / "main"


def test_it_adds_up_what_golden_adds_up(mapped, tmp_path):
    network, mapping, images, resolved = mapped
    program = compile_program(tmp_path, header(resolved, mapping))
    tensors = golden.run(network, images, mapping)
    fed, expected = [], []
    for found in resolved.layers:
        codes, zero_point = tensors[found.layer.inputs[0]], found.source.zero_point
        windows = im2col(codes, found.layer, zero_point)
        fed.append(np.int32(windows.shape[0] * windows.shape[1]).tobytes() + windows.tobytes())
        sums = accumulate(found.layer, found.products, codes, zero_point, naive=True)
        expected.append(sums.reshape(-1))
    finished = subprocess.run(
        [program], input=b"".join(fed), check=True, capture_output=True, timeout=60
    )
    sums = np.frombuffer(finished.stdout, np.int32)
    np.testing.assert_array_equal(sums, np.concatenate(expected))


def test_it_holds_updates_and_tuned_codes_beside_the_products(mapped, tmp_path):
    _, mapping, _, resolved = mapped
    text = header(resolved, mapping)
    assert mapping.digest in text
    for number, found in enumerate(resolved.layers):
        declared = f"hwgen_layer_{number}_tuned_weights[{found.layer.weights.size}]" in text
        assert declared == (found.mapping.tuned_weights is not None)
    assert all(len(line) <= 110 for line in text.splitlines())
