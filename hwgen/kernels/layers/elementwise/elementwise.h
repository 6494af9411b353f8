/* Layers without weights, as hwgen/kernels/layers/addition.py and pooling.py hand them over. */

#ifndef HWGEN_ELEMENTWISE_H
#define HWGEN_ELEMENTWISE_H

#include <stdint.h>

#include "../requantization.h"
#include "../translate.h"

#define BLOCK 1024 /* sums between two steps, in the first cache */

/* requantize(first[a] + second[b]) */
struct addition {
    const int32_t *first, *second; /* by code */
    int32_t is_linear;             /* the same is a * slope[0] + b * slope[1] + constant */
    uint32_t slope[2], constant;
};

/* table[max(a)] or requantize(sum(a - offset)), over the taps of a window inside the input. */
struct pooling {
    int64_t height, width, channels, out_height, out_width;
    int64_t kernel_height, kernel_width, stride_y, stride_x, top, left;
    int64_t is_max, offset;
    int64_t by_taps;      /* a table, or a factor, for each number of taps inside; else one */
    const uint8_t *table; /* [1 or taps][256]; NULL where a maximum stays as it is */
};

#endif
