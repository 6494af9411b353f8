/* A convolution by table look-up, as hwgen/kernels/layers/plan.py hands it over.
 *
 * The products of one tap with a block of filters depend on the activation code alone: 256 rows
 * of products, one per code. An output is the sum of a row per tap. Rows are added a vector at a
 * time, so that one activation fetches the products of a whole block of filters.
 */

#ifndef HWGEN_LOOKUP_H
#define HWGEN_LOOKUP_H

#include "../requantization.h"

#include <stddef.h>

#define MOST_TAPS 16     /* of a step: their rows stay in the cache while positions stream by */
#define MOST_LANES 32
#define CODE_SCALE 8     /* planes hold codes times this, what an address is scaled by at most */
#define ROW_ALIGNMENT 64 /* bytes */
#define THIN_POSITIONS 24 /* fewer do not pay for making rows */

struct step { /* taps that lie together, in a filter's weights and in the plane */
    int32_t first, count;
    int32_t block, offset; /* of the plane; elements from the window's origin */
    int32_t spill;         /* sums of so many products fit 16 bits */
};

struct filter_block {
    int32_t first, count;
    int32_t lanes; /* sums of a position; with rows 8, 16 or 32 */
    int32_t is_thin; /* rows are not worth making; it may hold filters of several groups */
    int32_t first_step, last_step; /* the latter not included */
};

struct lookup {
    int32_t height, width, channels, out_height, out_width, filters;
    int32_t kernel_height, kernel_width, stride_y, stride_x, top, left, fill, groups;
    int32_t images, rows;                /* computed at once, at most; one image where rows are
                                            not all of them */
    int32_t plane_height, plane_width;   /* of the padded input of these */
    int32_t depth, blocks;               /* channels of a block of the plane; blocks */
    int32_t taps, is_wide, filter_blocks;
    int32_t has_sums, has_variate, fraction;
    const struct filter_block *filter_block;
    const struct step *step;
    const int32_t *tap_block, *tap_offset; /* [groups][taps] */
    const int32_t *column;                 /* [filters][taps]: of the tables; 0 holds zeros */
    const uint16_t *narrow;                /* [columns][256]: less the column's smallest, if not
                                              is_wide */
    const int32_t *products;               /* [columns][256] */
    const int32_t *bias, *narrow_bias;     /* [filters]; the latter with what narrow lacks */
    const int32_t *sum_factor;             /* [filters] */
    const int32_t *variate;                /* [256] */
    const int64_t *variate_factor;         /* [filters] */
};

struct slice { /* of the images of a call: what is computed at once */
    const uint8_t *codes; /* of its first image */
    int64_t images;
    int32_t first_row, rows; /* of the output */
    uint8_t *out;            /* of its first position: codes, or sums */
};

struct workspace {
    void *memory;
    uint16_t *plane; /* [blocks][images][plane_height][plane_width][depth] */
    uint32_t *sums;  /* [positions][lanes] */
    uint8_t *tables; /* rows of the products of a step's taps */
    int64_t *pixel, *window, *variate; /* sums over channels, over windows, of codes and of x */
    int32_t group;                     /* whose windows these are; -1 for none */
    int32_t *columns; /* [taps][16], of a block of filters of a depthwise layer */
    int64_t *reach;   /* [groups][taps]: elements of the plane from the window's origin */
};

static inline int64_t plane_image(const struct lookup *l)
{
    return (int64_t)l->plane_height * l->plane_width * l->depth;
}

/* Positions of the output that a slice has at most. */
static inline int64_t most_positions(const struct lookup *l)
{
    return (int64_t)l->images * l->rows * l->out_width;
}

/* workspace.c */
int open_workspace(struct workspace *w, const struct lookup *l);
void close_workspace(struct workspace *w);

/* plane.c */
void fill_plane(const struct lookup *l, const struct slice *s, uint16_t *plane);
void sum_windows(const struct lookup *l, const struct slice *s, int32_t group,
                 const int32_t *value, int64_t *pixel, int64_t *sums);

#endif
