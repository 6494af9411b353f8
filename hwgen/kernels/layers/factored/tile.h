/* Sums of a few output positions and filters in registers, for one width of machine vector.
 *
 * Besides what requantize.h needs, the includer defines DOT(sums, codes, weights): each lane's sum
 * plus the products of 4 bytes of codes, the same in all lanes, and of weights. Positions come in
 * fours, STEP bytes apart, so that a pointer and a step serve four.
 */

static ALWAYS_INLINE VI PATH(spread)(const uint8_t *from)
{
    int32_t x;
    memcpy(&x, from, sizeof x);
    return PATH(all)(x);
}

/* `fours` fours of positions from from[...] on, times `vectors` vectors of filters. Row k of four g
 * goes to to[g] + k * vectors * LANES. */
static ALWAYS_INLINE void PATH(tile)(const struct factored *f, const uint8_t *weights,
                                     const int32_t *bias, const uint8_t *const *from, int64_t step,
                                     int fours, int vectors, int32_t *const *to)
{
    VI sums[4][4][4]; /* only [fours][4][vectors] of it exist once the loops are unrolled */
#pragma GCC unroll 4 /* sums must stay in registers */
    for (int g = 0; g < fours; g++)
#pragma GCC unroll 4
        for (int k = 0; k < 4; k++)
#pragma GCC unroll 4
            for (int v = 0; v < vectors; v++)
                sums[g][k][v] = (VI){0};
    for (const struct run *run = f->run, *end = run + f->runs; run < end; run++) {
        const uint8_t *at[4];
#pragma GCC unroll 4
        for (int g = 0; g < fours; g++)
            at[g] = from[g] + run->offset;
        if (run->shift)
#pragma GCC unroll 4
            for (int g = 0; g < fours; g++)
#pragma GCC unroll 4
                for (int k = 0; k < 4; k++)
#pragma GCC unroll 4
                    for (int v = 0; v < vectors; v++)
                        sums[g][k][v] = (VI)((VU)sums[g][k][v] << run->shift);
        for (int32_t s = 0; s < run->steps; s++) {
            VI w[4];
#pragma GCC unroll 4
            for (int v = 0; v < vectors; v++)
                w[v] = PATH(load)((const int32_t *)weights + v * LANES);
#pragma GCC unroll 4
            for (int g = 0; g < fours; g++) {
#pragma GCC unroll 4
                for (int k = 0; k < 4; k++) {
                    const VI codes = PATH(spread)(at[g] + k * step);
#pragma GCC unroll 4
                    for (int v = 0; v < vectors; v++)
                        sums[g][k][v] = DOT(sums[g][k][v], codes, w[v]);
                }
                at[g] += 4;
            }
            weights += 4 * LANES * vectors;
        }
    }
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) {
        const VI more = PATH(load)(bias + v * LANES);
#pragma GCC unroll 4
        for (int g = 0; g < fours; g++)
#pragma GCC unroll 4
            for (int k = 0; k < 4; k++) {
                const VI x = (VI)((VU)sums[g][k][v] + (VU)more);
                memcpy(to[g] + (k * vectors + v) * LANES, &x, sizeof x);
            }
    }
}
