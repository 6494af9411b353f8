/* Products one by one, modulo 2**32: for layers that do not pay for making rows. */

static ALWAYS_INLINE uint32_t PATH(product)(const int32_t *column, uint16_t x)
{
    return (uint32_t)column[x / CODE_SCALE];
}

/* All taps of one filter at one position. */
static void PATH(add_position)(const struct lookup *l, const int32_t *column, const int64_t *reach,
                               const uint16_t *x, uint32_t *sums)
{
    uint32_t sum = 0;
    for (int32_t k = 0; k < l->taps; k++)
        sum += PATH(product)(l->products + (int64_t)column[k] * 256, x[reach[k]]);
    *sums += sum;
}

/* Some taps of one filter at the positions of a line; their number is a constant. */
static ALWAYS_INLINE void PATH(add_some)(const struct lookup *l, const int32_t *column,
                                         const int64_t *reach, const int taps, const uint16_t *x,
                                         uint32_t *sums, int64_t lanes)
{
    const int64_t step = (int64_t)l->stride_x * l->depth;
    const int32_t *products[4] = {0};
    const uint16_t *at[4] = {0};
    for (int k = 0; k < taps; k++) {
        products[k] = l->products + (int64_t)column[k] * 256;
        at[k] = x + reach[k];
    }
    for (int32_t p = 0; p < l->out_width; p++) {
        uint32_t sum = 0;
        for (int k = 0; k < taps; k++)
            sum += PATH(product)(products[k], at[k][p * step]);
        sums[p * lanes] += sum;
    }
}

/* A line of positions of a block of filters; all_reach leads from positions to their taps. */
static void PATH(add_thin)(const struct lookup *l, const struct filter_block *b,
                           const int64_t *all_reach, const uint16_t *x, uint32_t *sums)
{
    const int64_t step = (int64_t)l->stride_x * l->depth;
    for (int32_t f = b->first; f < b->first + b->count; f++, sums++) {
        const int32_t *column = l->column + (int64_t)f * l->taps;
        const int64_t *reach = all_reach + (int64_t)(f / (l->filters / l->groups)) * l->taps;
        int32_t k = 0;
        if (l->out_width < 4) /* not worth a loop per four taps */
            for (int32_t p = 0; p < l->out_width; p++)
                PATH(add_position)(l, column, reach, x + p * step, sums + p * b->lanes);
        else {
            for (; k + 4 <= l->taps; k += 4)
                PATH(add_some)(l, column + k, reach + k, 4, x, sums, b->lanes);
            for (; k < l->taps; k++)
                PATH(add_some)(l, column + k, reach + k, 1, x, sums, b->lanes);
        }
    }
}
