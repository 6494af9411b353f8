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

/* Adds the rows of `count` taps, whose sums fit 16 bits. */
static ALWAYS_INLINE void ROW_NAME(add_some_)(const uint16_t *x, const int count,
                                              const uint8_t *table, U32 *even, U32 *odd)
{
    U16 sum[ROW_PARTS];
    for (int i = 0; i < ROW_PARTS; i++)
        sum[i] = ROW_NAME(row_)(table, x[0], i);
#pragma GCC unroll 16
    for (int k = 1; k < count; k++)
        for (int i = 0; i < ROW_PARTS; i++)
            sum[i] += ROW_NAME(row_)(table + k * ROW_STRIDE, x[k], i);
    for (int i = 0; i < ROW_PARTS; i++) {
        even[i] += (U32)sum[i];
        odd[i] += (U32)sum[i] >> 16;
    }
}

/* The taps of one position; `spill` is a constant, and so is `taps` where all are added. */
static ALWAYS_INLINE void ROW_NAME(add_taps_)(const uint16_t *x, const int taps, const int spill,
                                              const uint8_t *tables, U32 *even, U32 *odd)
{
    int t = 0;
    if (taps == MOST_TAPS) {
#pragma GCC unroll 16
        for (; t < MOST_TAPS; t += spill)
            ROW_NAME(add_some_)(x + t, spill, tables + t * ROW_STRIDE, even, odd);
        return;
    }
    for (; t + spill <= taps; t += spill)
        ROW_NAME(add_some_)(x + t, spill, tables + t * ROW_STRIDE, even, odd);
    for (; t < taps; t++)
        ROW_NAME(add_some_)(x + t, 1, tables + t * ROW_STRIDE, even, odd);
}

/* `count` positions whose codes lie `step` elements apart. */
static ALWAYS_INLINE void ROW_NAME(add_)(const uint16_t *x, int64_t step, int64_t count,
                                         const int taps, const int spill, const uint8_t *tables,
                                         uint32_t *sums)
{
    for (int64_t p = 0; p < count; p++, x += step, sums += ROW) {
        U32 *const at = (U32 *)sums; /* the even ones, then the odd ones */
        U32 even[ROW_PARTS], odd[ROW_PARTS];
        for (int i = 0; i < ROW_PARTS; i++) {
            even[i] = at[i];
            odd[i] = at[ROW_PARTS + i];
        }
        ROW_NAME(add_taps_)(x, taps, spill, tables, even, odd);
        for (int i = 0; i < ROW_PARTS; i++) {
            at[i] = even[i];
            at[ROW_PARTS + i] = odd[i];
        }
    }
}

static void ROW_NAME(add_rows_)(const uint16_t *x, int64_t step, int64_t count, int taps,
                                const uint8_t *tables, uint32_t *sums, int spill)
{
#define EACH(spill) \
    if (taps == MOST_TAPS) /* all is known, so that no loop is left */ \
        ROW_NAME(add_)(x, step, count, MOST_TAPS, spill, tables, sums); \
    else \
        ROW_NAME(add_)(x, step, count, taps, spill, tables, sums)
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
