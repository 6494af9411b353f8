/* A convolution by table look-up, for one instruction set: see lookup.h.
 *
 * Slices of positions go through blocks of filters; each block's rows are made a few taps at a
 * time, stay in the cache while all positions of the slice are added, and are then forgotten:
 * making them again costs less than fetching them from memory.
 */

#include "../requantize.h"

#include "transpose.h"

#define ROW 8
#include "rows.h"
#define ROW 16
#include "rows.h"
#define ROW 32
#include "rows.h"

#include "channels.h"
#include "thin.h"
#include "wide.h"

#define EACH_ROW(lanes, call8, call16, call32) \
    switch (lanes) { \
    case 8: call8; break; \
    case 16: call16; break; \
    default: call32; break; \
    }

#include "ends.h"

static void PATH(make_tables)(const struct lookup *l, const struct filter_block *b,
                              const struct step *step, uint8_t *tables)
{
    const uint16_t *narrow[MOST_TAPS * MOST_LANES];
    const int32_t *wide[MOST_TAPS * WIDE_ROW];
    for (int t = 0; t < step->count; t++)
        for (int f = 0; f < b->lanes; f++) {
            const int64_t at = (int64_t)(b->first + f) * l->taps + step->first + t;
            const int64_t column = f < b->count ? l->column[at] : 0;
            if (l->is_wide)
                wide[t * b->lanes + f] = l->products + column * 256;
            else
                narrow[t * b->lanes + f] = l->narrow + column * 256;
        }
    if (l->is_wide)
        PATH(make_wide_rows)(wide, step->count, tables);
    else
        EACH_ROW(b->lanes, PATH(make_rows_8)(narrow, step->count, tables),
                 PATH(make_rows_16)(narrow, step->count, tables),
                 PATH(make_rows_32)(narrow, step->count, tables))
}

/* Adds the products of a step's taps to the sums of one line of positions. */
static void PATH(add_line)(const struct lookup *l, const struct filter_block *b,
                           const struct step *step, const uint8_t *tables, const uint16_t *x,
                           uint32_t *sums)
{
    const int64_t stride = (int64_t)l->stride_x * l->depth, count = l->out_width;
#define ADD(row) PATH(add_rows_##row)(x, stride, count, step->count, tables, sums, step->spill)
    if (l->is_wide)
        PATH(add_wide_rows)(x, stride, count, step->count, tables, sums);
    else
        EACH_ROW(b->lanes, ADD(8), ADD(16), ADD(32))
#undef ADD
}

static void PATH(add_by_rows)(const struct lookup *l, const struct slice *s,
                              const struct filter_block *b, const struct workspace *w)
{
    const int64_t line = (int64_t)l->stride_y * l->plane_width * l->depth;
    for (int32_t k = b->first_step; k < b->last_step; k++) {
        const struct step *step = l->step + k;
        const int64_t block = (int64_t)step->block * l->images * plane_image(l);
        const uint16_t *plane = w->plane + block + step->offset;
        PATH(make_tables)(l, b, step, w->tables);
        for (int64_t n = 0; n < s->images; n++)
            for (int64_t y = 0; y < s->rows; y++)
                PATH(add_line)(l, b, step, w->tables, plane + n * plane_image(l) + y * line,
                               w->sums + (n * s->rows + y) * l->out_width * b->lanes);
    }
}

static void PATH(add_by_products)(const struct lookup *l, const struct slice *s,
                                  const struct filter_block *b, const struct workspace *w)
{
    const int64_t line = (int64_t)l->stride_y * l->plane_width * l->depth;
    const int is_depthwise = l->groups == l->channels && l->groups == l->filters;
    if (is_depthwise)
        PATH(find_columns)(l, b, w->columns);
    for (int64_t n = 0; n < s->images; n++)
        for (int64_t y = 0; y < s->rows; y++) {
            const uint16_t *x = w->plane + n * plane_image(l) + y * line;
            uint32_t *sums = w->sums + (n * s->rows + y) * l->out_width * b->lanes;
            if (is_depthwise)
                PATH(add_channels)(l, b, w->reach, w->columns, x, sums);
            else
                PATH(add_thin)(l, b, w->reach, x, sums);
        }
}

static void PATH(run_slice)(const struct lookup *l, const struct requantization *r,
                            const struct slice *s, struct workspace *w, int is_thin)
{
    w->group = -1;
    fill_plane(l, s, w->plane);
    for (const struct filter_block *b = l->filter_block; b < l->filter_block + l->filter_blocks; b++) {
        const int has_rows = !is_thin && !b->is_thin, is_paired = has_rows && !l->is_wide;
        PATH(start_sums)(l, s, b, w, is_paired);
        if (has_rows)
            PATH(add_by_rows)(l, s, b, w);
        else
            PATH(add_by_products)(l, s, b, w);
        PATH(finish_sums)(l, r, s, b, w->sums, is_paired);
    }
}

/* Codes of `images` images, or their sums where there is no requantization. */
static int PATH(lookup)(const struct lookup *l, const struct requantization *r,
                        const uint8_t *codes, int64_t images, void *out)
{
    const int64_t in_size = (int64_t)l->height * l->width * l->channels;
    const int64_t line = (int64_t)l->out_width * l->filters * (r != NULL ? 1 : 4);
    const int is_thin = images * l->out_height * l->out_width < THIN_POSITIONS;
    /* All slices about equally large: tables are made again for each. */
    const int64_t slices = (images + l->images - 1) / l->images;
    const int64_t at_once = slices ? (images + slices - 1) / slices : 1;
    struct workspace w;
    if (open_workspace(&w, l))
        return 1;
    for (int64_t n = 0; n < images; n += at_once)
        for (int32_t y = 0; y < l->out_height; y += l->rows) {
            const struct slice s = {
                .codes = codes + n * in_size,
                .images = images - n < at_once ? images - n : at_once,
                .first_row = y,
                .rows = l->out_height - y < l->rows ? l->out_height - y : l->rows,
                .out = (uint8_t *)out + (n * l->out_height + y) * line,
            };
            PATH(run_slice)(l, r, &s, &w, is_thin);
        }
    close_workspace(&w);
    return 0;
}

/* The inner loop alone, on 16 taps of positions that lie together. */
static void PATH(bare)(int lanes, const uint16_t *x, int64_t positions, const uint8_t *tables,
                       uint32_t *sums, int spill)
{
    EACH_ROW(lanes, PATH(add_rows_8)(x, MOST_TAPS, positions, MOST_TAPS, tables, sums, spill),
             PATH(add_rows_16)(x, MOST_TAPS, positions, MOST_TAPS, tables, sums, spill),
             PATH(add_rows_32)(x, MOST_TAPS, positions, MOST_TAPS, tables, sums, spill))
}
