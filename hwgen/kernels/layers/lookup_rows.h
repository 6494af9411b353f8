/* Adding rows of products, for one vector width and one number of lanes.
 *
 * Included per instruction set and per ROW. Rows of 16 bits: lane 2 i holds filter i of the
 * block and lane 2 i + 1 filter i + ROW / 2, so that a row is ROW / 2 words of 32 bits. Sums of
 * few products stay within 16 bits; then the whole words go to `even`, the upper halves to `odd`.
 * In the end even - (odd << 16) is the sum of the lower halves, modulo 2**32.
 */

#define ROW_NAME__(name, row) PATH(name##row)
#define ROW_NAME_(name, row) ROW_NAME__(name, row)
#define ROW_NAME(name) ROW_NAME_(name, ROW)
#if 2 * ROW < 4 * LANES
#define ROW_VECTOR (2 * ROW) /* bytes */
#else
#define ROW_VECTOR (4 * LANES)
#endif
#define ROW_PARTS (2 * ROW / ROW_VECTOR)
#define ROW_STRIDE (256 * 2 * ROW + ROW_ALIGNMENT) /* of a tap; uneven, to use all cache sets */
typedef uint16_t ROW_NAME(u16_) __attribute__((vector_size(ROW_VECTOR), may_alias));
typedef uint32_t ROW_NAME(u32_) __attribute__((vector_size(ROW_VECTOR), may_alias));
#define U16 ROW_NAME(u16_)
#define U32 ROW_NAME(u32_)

static ALWAYS_INLINE U16 ROW_NAME(row_)(const uint8_t *table, uint16_t x, int part)
{
    return *(const U16 *)(table + (size_t)x * (2 * ROW / CODE_SCALE) + part * ROW_VECTOR);
}

/* `count` positions whose codes lie `step` elements apart; `spill` is a constant. */
static ALWAYS_INLINE void ROW_NAME(add_)(const uint16_t *x, int64_t step, int64_t count, int taps,
                                         const uint8_t *tables, uint32_t *sums, const int spill)
{
    for (int64_t p = 0; p < count; p++, x += step, sums += ROW) {
        U32 even[ROW_PARTS], odd[ROW_PARTS];
        for (int i = 0; i < ROW_PARTS; i++) {
            even[i] = ((U32 *)sums)[i];
            odd[i] = ((U32 *)sums)[ROW_PARTS + i];
        }
        for (int t = 0; t < taps; t += spill) {
            const uint8_t *table = tables + (int64_t)t * ROW_STRIDE;
            U16 sum[ROW_PARTS];
            for (int i = 0; i < ROW_PARTS; i++)
                sum[i] = ROW_NAME(row_)(table, x[t], i);
            if (t + spill <= taps) {
#pragma GCC unroll 16
                for (int k = 1; k < spill; k++)
#pragma GCC unroll 4
                    for (int i = 0; i < ROW_PARTS; i++)
                        sum[i] += ROW_NAME(row_)(table + k * ROW_STRIDE, x[t + k], i);
            } else {
                for (int k = 1; t + k < taps; k++)
#pragma GCC unroll 4
                    for (int i = 0; i < ROW_PARTS; i++)
                        sum[i] += ROW_NAME(row_)(table + k * ROW_STRIDE, x[t + k], i);
            }
            for (int i = 0; i < ROW_PARTS; i++) {
                even[i] += (U32)sum[i];
                odd[i] += (U32)sum[i] >> 16;
            }
        }
        for (int i = 0; i < ROW_PARTS; i++) {
            ((U32 *)sums)[i] = even[i];
            ((U32 *)sums)[ROW_PARTS + i] = odd[i];
        }
    }
}

static void ROW_NAME(add_rows_)(const uint16_t *x, int64_t step, int64_t count, int taps,
                                const uint8_t *tables, uint32_t *sums, int spill)
{
#define EACH(spill) ROW_NAME(add_)(x, step, count, taps, tables, sums, spill)
    switch (spill) {
    case 16: EACH(16); break;
    case 8: EACH(8); break;
    case 4: EACH(4); break;
    case 2: EACH(2); break;
    default: EACH(1); break;
    }
#undef EACH
}

/* Tables of `taps` taps; columns of ROW filters each. */
static void ROW_NAME(make_rows_)(const uint16_t *const *column, int taps, uint8_t *tables)
{
    for (int t = 0; t < taps; t++, column += ROW, tables += ROW_STRIDE)
        for (int f = 0; f < ROW / 2; f += 4) {
            const uint16_t *pairs[8];
            for (int j = 0; j < 4; j++) {
                pairs[2 * j] = column[f + j];
                pairs[2 * j + 1] = column[f + j + ROW / 2];
            }
            PATH(transpose)(pairs, tables + 4 * f, 2 * ROW);
        }
}

#undef ROW_NAME__
#undef ROW_NAME_
#undef ROW_NAME
#undef ROW_VECTOR
#undef ROW_PARTS
#undef ROW_STRIDE
#undef U16
#undef U32
#undef ROW
