/* A convolution by integer products, for one instruction set: see factored.h.
 *
 * Besides what requantize.h and tile.h need, the includer defines FOURS(vectors): how many fours
 * of positions a tile of so many vectors has, so that all sums stay in registers.
 */

#include "../requantize.h"

#include "depthwise.h"
#include "tile.h"

#include "piece.h"

/* All filters for the rows of a band. */
static void PATH(run_band)(const struct factored *f, const struct requantization *r,
                           const struct band *b, const struct factored_memory *m, void *out)
{
    struct PATH(piece) p = {.f = f, .r = r, .m = m, .weights = f->weights, .out = out};
    const int64_t filters = f->filters / f->groups, channels = f->channels / f->groups;
    int64_t steps = 0;
    p.rows = b->rows;
    for (int64_t run = 0; run < f->runs; run++)
        steps += f->run[run].steps;
    for (p.group = 0; p.group < f->groups; p.group++) {
        const int64_t end = (p.group + 1) * filters;
        p.band = m->band + p.group * channels * f->element;
        p.filter = p.group * filters;
        for (int64_t k = 0; k < f->chunks; k++) {
            const int64_t most = f->chunk[k] * LANES;
            p.vectors = f->chunk[k];
            p.filters = end - p.filter < most ? end - p.filter : most;
            PATH(run_piece)(&p);
            p.filter += p.filters;
            p.weights += steps * 4 * most;
        }
    }
}

static void PATH(run_depthwise)(const struct factored *f, const struct requantization *r,
                                const struct band *b, const struct factored_memory *m, void *out)
{
    struct PATH(piece) p = {.f = f, .r = r, .m = m, .rows = b->rows, .vectors = 1, .out = out};
    for (; p.filter < f->filters; p.filter += LANES) {
        p.band = m->band + p.filter;
        p.filters = f->filters - p.filter < LANES ? f->filters - p.filter : LANES;
        PATH(run_piece)(&p);
    }
}

/* Codes of `images` images, or their sums where there is no requantization. */
static int PATH(factored)(struct factored f, const struct requantization *r, translate *by,
                          const uint8_t *codes, int64_t images, uint8_t *out)
{
    struct factored_memory m;
    if (f.is_flat) {
        f.height = f.out_height = images;
        images = 1;
    }
    const int64_t rows = most_rows(&f), line = f.out_width * f.filters * (r != NULL ? 1 : 4);
    if (open_factored(&m, &f))
        return 1;
    for (int64_t n = 0; n < images; n++, codes += f.height * f.width * f.channels)
        for (int64_t y = 0; y < f.out_height; y += rows) {
            const struct band b = {codes, y, f.out_height - y < rows ? f.out_height - y : rows};
            fill_band(&f, &b, by, &m);
            if (f.is_depthwise)
                PATH(run_depthwise)(&f, r, &b, &m, out);
            else
                PATH(run_band)(&f, r, &b, &m, out);
            out += b.rows * line;
        }
    close_factored(&m);
    return 0;
}
