/* A convolution as sums over tables t and taps k of table_t[a_k] * weight_t[f, k], as
 * hwgen/kernels/layers/factored.py hands it over.
 *
 * A band of input rows is copied with its padding, each row once per table: [row][table][column]
 * [channel], in elements of 1 or 2 bytes, so that the taps of a kernel row lie together. Runs say
 * which bytes of the band a window reads, in steps of 4 bytes; to each step belong 4 bytes of
 * weights of every filter. Where the last step reads more than a window has, weights are 0.
 */

#ifndef HWGEN_FACTORED_H
#define HWGEN_FACTORED_H

#include <stdint.h>

#include "../requantization.h"
#include "../translate.h"

#define MOST_FOURS 4     /* of positions in a tile */
#define MOST_VECTORS 4   /* of filters in a tile */
#define SPARE_BYTES 64   /* that vectors may read behind the band */
#define BUFFER_SUMS 4096 /* of positions on the way to their codes; they stay in the first cache */

struct run {
    int64_t offset;       /* of its first byte, from the window's */
    int32_t steps, shift; /* sums so far are shifted left first: later runs have finer weights */
};

/* Arrays of int32 per filter hold 16 values more, for vectors that end behind the last filter. */
struct factored {
    int64_t height, width, channels, filters, groups, out_height, out_width;
    int64_t kernel_height, kernel_width, stride_y, stride_x, top, left, fill;
    int64_t is_flat;      /* the kernel covers the input: images count as rows instead */
    int64_t is_depthwise; /* a filter per channel; weights are int32[run][filter] */
    int64_t element;      /* bytes of one in the band */
    int64_t columns;      /* of the band */
    int64_t tables, runs, chunks;
    const uint8_t *table;   /* [tables][256] */
    const uint8_t *is_same; /* [tables]: whether it changes no code */
    const struct run *run;  /* [runs] */
    const int32_t *chunk;   /* [chunks]: vectors of filters in each piece of a group's filters */
    const uint8_t *weights; /* [group][chunk][run][step][vector][filter][4] */
    const int32_t *bias;
    int64_t sides;              /* sums of side_table[a] over the window, times coefficient */
    const uint8_t *side_table;  /* [sides][256] */
    const int32_t *coefficient; /* [sides][filters + 16] */
    int64_t has_variate;        /* its sum is one more side, the last: */
    int64_t base, gain;         /* round_half_up(factor * (base + gain * sum) / 2**fraction) */
    int64_t fraction;
    const int64_t *factor; /* [filters] */
};

/* Memory of one call. */
struct factored_memory {
    void *memory;
    uint8_t *line, *translated; /* one row of the input with its padding, before and after a table */
    uint8_t *band;
    int32_t *pixel;  /* [side][group][row][column]: sums over the channels of a group */
    int32_t *window; /* [side][group][position]: over the taps */
    int32_t *buffer; /* [position][filter] */
};

/* Rows of the output that are made at once. */
struct band {
    const uint8_t *image;
    int64_t first, rows; /* of the output */
};

static inline int64_t all_sides(const struct factored *f) { return f->sides + f->has_variate; }
static inline int64_t row_bytes(const struct factored *f)
{
    return f->columns * f->channels * f->element; /* of one table */
}
static inline int64_t band_lines(const struct factored *f, int64_t rows)
{
    return (rows - 1) * f->stride_y + f->kernel_height; /* of the input */
}

int64_t most_rows(const struct factored *f);
int open_factored(struct factored_memory *m, const struct factored *f);
void close_factored(struct factored_memory *m);
void fill_band(const struct factored *f, const struct band *b, translate *by,
               const struct factored_memory *m);

#endif
