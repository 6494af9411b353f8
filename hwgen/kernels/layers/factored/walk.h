/* How tiles of positions walk over a band. */

#ifndef HWGEN_WALK_H
#define HWGEN_WALK_H

#include "factored.h"

/* Lines of positions, along rows or down columns. Fours that would end behind a line start
 * earlier and make some positions again. */
struct walk {
    int64_t lines, length;
    int64_t in_line, in_step;   /* bytes of the band */
    int64_t out_line, out_step; /* positions of the band, by row and column */
};

/* Positions that fours make along lines of that length. */
static inline int64_t made(int64_t lines, int64_t length)
{
    return lines * 4 * (length < 4 ? length : (length + 3) / 4);
}

static inline struct walk walk_of(const struct factored *f, int64_t rows)
{
    const int64_t pixel = f->channels * f->element * f->stride_x;
    const int64_t line = f->tables * row_bytes(f) * f->stride_y;
    if (made(rows, f->out_width) <= made(f->out_width, rows))
        return (struct walk){rows, f->out_width, line, pixel, f->out_width, 1};
    return (struct walk){f->out_width, rows, pixel, line, 1, f->out_width};
}

#endif
