/* Rows of products of any size, modulo 2**32. */

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
