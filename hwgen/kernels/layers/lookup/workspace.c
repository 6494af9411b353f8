/* Memory of one call of a look-up convolution. */

#include "lookup.h"

#include <stdlib.h>

static size_t rounded(int64_t count, size_t size)
{
    return ((size_t)count * size + ROW_ALIGNMENT - 1) / ROW_ALIGNMENT * ROW_ALIGNMENT;
}

/* Where the code of each tap lies, from a window's origin in the first block of the plane. */
static void find_reach(const struct lookup *l, int64_t *reach)
{
    for (int64_t k = 0; k < (int64_t)l->groups * l->taps; k++)
        reach[k] = (int64_t)l->tap_block[k] * l->images * plane_image(l) + l->tap_offset[k];
}

/* Nonzero where there is not enough memory. */
int open_workspace(struct workspace *w, const struct lookup *l)
{
    const int64_t positions = most_positions(l);
    const int64_t pixels = (int64_t)l->images * l->plane_height * l->plane_width;
    const int has_sums = l->has_sums || l->has_variate;
    const size_t plane = rounded((int64_t)l->blocks * l->images * plane_image(l) + MOST_TAPS, sizeof *w->plane);
    const size_t sums = rounded(positions * MOST_LANES, sizeof *w->sums);
    const size_t tables = (size_t)MOST_TAPS * (256 * 2 * MOST_LANES + ROW_ALIGNMENT);
    const size_t pixel = rounded(has_sums ? pixels : 0, sizeof *w->pixel);
    const size_t window = rounded(l->has_sums ? positions : 0, sizeof *w->window);
    const size_t variate = rounded(l->has_variate ? positions : 0, sizeof *w->variate);
    const size_t reach = rounded((int64_t)l->groups * l->taps, sizeof *w->reach);
    const size_t columns = rounded((int64_t)l->taps * 16, sizeof *w->columns);
    const size_t total = columns + plane + sums + tables + pixel + window + variate + reach;
    uint8_t *memory = aligned_alloc(ROW_ALIGNMENT, total);
    w->memory = memory;
    if (memory == NULL)
        return 1;
    w->tables = memory;
    w->sums = (uint32_t *)(memory += tables);
    w->plane = (uint16_t *)(memory += sums);
    w->pixel = (int64_t *)(memory += plane);
    w->window = (int64_t *)(memory += pixel);
    w->variate = (int64_t *)(memory += window);
    w->columns = (int32_t *)(memory += variate);
    w->reach = (int64_t *)(memory + columns);
    find_reach(l, w->reach);
    return 0;
}

void close_workspace(struct workspace *w)
{
    free(w->memory);
}
