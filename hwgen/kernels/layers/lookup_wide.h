/* Products of any size, modulo 2**32: rows of 32 bits, and single products for few filters. */

#define WIDE_ROW 16
#define WIDE_PARTS (WIDE_ROW / LANES)
#define WIDE_STRIDE (256 * 4 * WIDE_ROW + ROW_ALIGNMENT)

static void PATH(add_wide_rows)(const uint16_t *x, int64_t step, int64_t count, int taps,
                                const uint8_t *tables, uint32_t *sums)
{
    for (int64_t p = 0; p < count; p++, x += step, sums += WIDE_ROW) {
        VU sum[WIDE_PARTS];
        for (int i = 0; i < WIDE_PARTS; i++)
            sum[i] = ((VU *)sums)[i];
        for (int t = 0; t < taps; t++) {
            const uint8_t *row = tables + (int64_t)t * WIDE_STRIDE + (size_t)x[t] * (4 * WIDE_ROW / CODE_SCALE);
            for (int i = 0; i < WIDE_PARTS; i++)
                sum[i] += ((const VU *)row)[i];
        }
        for (int i = 0; i < WIDE_PARTS; i++)
            ((VU *)sums)[i] = sum[i];
    }
}

static void PATH(make_wide_rows)(const int32_t *const *column, int taps, uint8_t *tables)
{
    for (int t = 0; t < taps; t++, column += WIDE_ROW, tables += WIDE_STRIDE)
        for (int code = 0; code < 256; code++)
            for (int f = 0; f < WIDE_ROW; f++)
                ((int32_t *)(void *)tables)[code * WIDE_ROW + f] = column[f][code];
}

/* One filter at `count` positions `step` elements apart; reach leads from each to its taps. */
static ALWAYS_INLINE void PATH(add_products)(const struct lookup *l, const int32_t *column,
                                             const int64_t *reach, const uint16_t *x, int64_t step,
                                             const int count, uint32_t *sums, int64_t lanes)
{
    uint32_t sum[4] = {0};
    for (int32_t k = 0; k < l->taps; k++) {
        const int32_t *products = l->products + (int64_t)column[k] * 256;
        const uint16_t *at = x + reach[k];
        for (int i = 0; i < count; i++)
            sum[i] += (uint32_t)products[at[i * step] / CODE_SCALE];
    }
    for (int i = 0; i < count; i++)
        sums[i * lanes] += sum[i];
}

/* A line of positions of a block of filters. */
static void PATH(add_thin)(const struct lookup *l, const struct filter_block *b,
                           const int64_t *all_reach, const uint16_t *x, uint32_t *sums)
{
    const int64_t step = (int64_t)l->stride_x * l->depth, lanes = b->lanes;
    for (int32_t f = b->first; f < b->first + b->count; f++, sums++) {
        const int32_t *column = l->column + (int64_t)f * l->taps;
        const int64_t *reach = all_reach + (int64_t)(f / (l->filters / l->groups)) * l->taps;
        int64_t p = 0;
        for (; p + 4 <= l->out_width; p += 4)
            PATH(add_products)(l, column, reach, x + p * step, step, 4, sums + p * lanes, lanes);
        for (; p < l->out_width; p++)
            PATH(add_products)(l, column, reach, x + p * step, step, 1, sums + p * lanes, lanes);
    }
}
