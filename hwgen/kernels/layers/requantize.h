/* From int32 sums to u8 codes, for one width of machine vector.
 *
 * Included once per instruction set. The includer defines PATH(name), the vector type VI of LANES
 * int32, VU of LANES uint32, VF of LANES floats and VL of LANES / 2 uint64, FMA(x, y, z) (rounded
 * once; without it all sums take the way of integers), MULTIPLY_EVEN(x, y) (the products of the
 * low halves, taken as signed, of each 64 bits), NARROW(a, b, c, d) (saturated to u8, in order, as
 * type VB of 4 * LANES bytes) and CLIP(x, low, high) of bytes.
 *
 * hwgen/golden/requantize.py is the definition. hwgen/kernels/layers/requantize.py finds the
 * float factors and their exceptions and proves that they give the same codes.
 */

struct PATH(factors) { /* of LANES filters, or LANES times of one */
    VI multiplier, left, right, where[MOST_EXCEPTIONS], delta[MOST_EXCEPTIONS];
    VF scale;
};

static inline VI PATH(all)(int32_t x) { return x - (VI){0}; }

static inline VI PATH(choose)(VI mask, VI yes, VI no) { return (mask & yes) | (~mask & no); }

static inline VI PATH(load)(const int32_t *from)
{
    VI x;
    memcpy(&x, from, sizeof x);
    return x;
}

/* Factors of the filters from `filter` on; arrays are padded, so that loads never end outside. */
static inline struct PATH(factors) PATH(factors_of)(const struct requantization *r, int64_t filter)
{
    struct PATH(factors) f;
    f.multiplier = PATH(load)(r->multiplier + filter);
    f.left = PATH(load)(r->left + filter);
    f.right = PATH(load)(r->right + filter);
    memcpy(&f.scale, r->scale + filter, sizeof f.scale);
    for (int e = 0; e < r->exceptions; e++) {
        f.where[e] = PATH(load)(r->where + e * r->stride + filter);
        f.delta[e] = PATH(load)(r->delta + e * r->stride + filter);
    }
    return f;
}

/* The factors of one filter in every lane. */
static inline struct PATH(factors) PATH(factors_at)(const struct requantization *r, int64_t filter)
{
    struct PATH(factors) f;
    f.multiplier = PATH(all)(r->multiplier[filter]);
    f.left = PATH(all)(r->left[filter]);
    f.right = PATH(all)(r->right[filter]);
    f.scale = r->scale[filter] - (VF){0};
    for (int e = 0; e < r->exceptions; e++) {
        f.where[e] = PATH(all)(r->where[e * r->stride + filter]);
        f.delta[e] = PATH(all)(r->delta[e * r->stride + filter]);
    }
    return f;
}

#ifdef FMA
/* The sum 1.5 * 2**23 + zero point + x * scale has a unit in the last place of 1, so adding rounds
 * to an integer, once, that the low bits of the float then hold. */
static inline VI PATH(by_float)(const struct requantization *r, const struct PATH(factors) *f,
                              int exceptions, VI x)
{
    const float magic = 12582912.0f;
    const VF least = 8388608.0f - (VF){0};
    const VF y = FMA(__builtin_convertvector(x, VF), f->scale, magic + (float)r->zero_point - (VF){0});
    const VI kept = (VI)(y > least);
    VI n = PATH(choose)(kept, (VI)y, (VI)least) - 0x4b400000;
    for (int e = 0; e < exceptions; e++)
        n += (x == f->where[e]) & f->delta[e];
    return n;
}
#endif

/* x * 2**-right, to the nearest, ties to even, within bounds; the sums cannot wrap: |x| <= 2**62.
 * A logical shift of what was moved up by 2**63 is the arithmetic one, which AVX2 lacks. */
static inline VL PATH(shift_to_even)(VL x, VL right, int64_t low, int64_t high)
{
    typedef __typeof__((int64_t)0 > (VL){0}) VS; /* as many signed ones */
    const VL top = UINT64_C(1) << 63 | (VL){0}, some = (VL)(right != 0) & 1;
    const VL below_half = (((VL){0} + 1) << right >> 1) - some;
    const VS y = (VS)(((x + ((x >> right) & some) + below_half + top) >> right) - (top >> right));
    const VS least = (VS)(y < low), most = (VS)(y > high);
    return (VL)((y & ~least & ~most) | (low & least) | (high & most));
}

static inline VI PATH(single)(const struct requantization *r, const struct PATH(factors) *f, VI x)
{
    const VL words = (VL)x, multiplier = (VL)f->multiplier, right = (VL)f->right;
    const VL low_half = UINT32_MAX | (VL){0};
    const int64_t low = r->low - r->zero_point, high = r->high - r->zero_point;
    const VL even = MULTIPLY_EVEN(words, multiplier);
    const VL odd = MULTIPLY_EVEN(words >> 32, multiplier >> 32);
    const VL first = PATH(shift_to_even)(even, right & low_half, low, high);
    const VL second = PATH(shift_to_even)(odd, right >> 32, low, high);
    return (VI)((first & low_half) | second << 32) + r->zero_point;
}

/* The same where the multiplier is 1 and `right` 1 to 31. */
static inline VI PATH(shifted)(const struct requantization *r, const struct PATH(factors) *f, VI x)
{
    const VI mask = (VI)((((VU){0} + 1) << (VU)f->right) - 1), half = (mask >> 1) + 1;
    const VI down = x >> f->right, lost = (x & mask) + (down & 1); /* an odd one takes the tie up */
    return down - (lost > half) + r->zero_point;
}

/* gemmlowp's: the multiplier is at least 0, so that the doubled product never saturates. */
static inline VI PATH(doubled)(const struct requantization *r, const struct PATH(factors) *f, VI x)
{
    const VL words = (VL)((VU)x << (VU)f->left), multiplier = (VL)f->multiplier;
    const VL low_half = UINT32_MAX | (VL){0}, nudge = (UINT64_C(1) << 30) | (VL){0};
    const VL even = MULTIPLY_EVEN(words, multiplier) + nudge;
    const VL odd = MULTIPLY_EVEN(words >> 32, multiplier >> 32) + nudge;
    const VI high = (VI)((even >> 31 & low_half) | (odd << 1 & ~low_half));
    const VI mask = (VI)((((VU){0} + 1) << (VU)f->right) - 1);
    const VI threshold = (mask >> 1) - (high < 0); /* comparing gives -1 */
    const VI n = (high >> f->right) - ((high & mask) > threshold);
    const VI low = PATH(all)(r->low - r->zero_point), most = PATH(all)(r->high - r->zero_point);
    const VI raised = PATH(choose)(n < low, low, n);
    return PATH(choose)(raised > most, most, raised) + r->zero_point;
}

/* Codes that are still to be clipped to low..high (what NARROW does not saturate). Where `way` is
 * a constant, there are no branches. */
static ALWAYS_INLINE VI PATH(codes)(const struct requantization *r, const struct PATH(factors) *f,
                                    enum way way, VI x)
{
#ifdef FMA
    if (way == BY_FLOAT || way == BY_FLOAT_EXCEPT)
        return PATH(by_float)(r, f, way == BY_FLOAT ? 0 : r->exceptions, x);
#endif
    if (way == BY_SHIFT)
        return PATH(shifted)(r, f, x);
    return r->is_double ? PATH(doubled)(r, f, x) : PATH(single)(r, f, x);
}

/* Four vectors of such codes as bytes within low..high. */
static inline VB PATH(bytes)(const struct requantization *r, VI a, VI b, VI c, VI d)
{
    return CLIP(NARROW(a, b, c, d), (uint8_t)r->low - (VB){0}, (uint8_t)r->high - (VB){0});
}


/* `count` sums of one filter; the codes lie `stride` bytes apart. */
static ALWAYS_INLINE void PATH(plane)(const struct requantization *r, enum way way, int64_t filter,
                                      const int32_t *sums, int64_t count, uint8_t *out,
                                      int64_t stride)
{
    const struct PATH(factors) f = PATH(factors_at)(r, filter);
    int32_t last[4 * LANES] = {0};
    uint8_t codes[4 * LANES];
    for (int64_t i = 0; i < count; i += 4 * LANES) {
        const int64_t rest = count - i < 4 * LANES ? count - i : 4 * LANES;
        const int32_t *x = sums + i;
        if (rest < 4 * LANES)
            x = memcpy(last, x, (size_t)rest * sizeof *x);
        VI v[4];
        for (int k = 0; k < 4; k++)
            v[k] = PATH(codes)(r, &f, way, PATH(load)(x + k * LANES));
        const VB found = PATH(bytes)(r, v[0], v[1], v[2], v[3]);
        if (stride == 1) {
            memcpy(out + i, &found, (size_t)rest);
            continue;
        }
        memcpy(codes, &found, sizeof codes);
        for (int64_t k = 0; k < rest; k++)
            out[(i + k) * stride] = codes[k];
    }
}

/* Rows of at most LANES filters. */
static ALWAYS_INLINE void PATH(column)(const struct requantization *r, enum way way,
                                       const struct PATH(factors) *f, int lanes,
                                       const int32_t *sums, int64_t wide, int64_t positions,
                                       uint8_t *out, int64_t stride)
{
    int64_t i = 0;
    for (; lanes == LANES && i + 4 <= positions; i += 4) {
        VI v[4];
        for (int k = 0; k < 4; k++)
            v[k] = PATH(codes)(r, f, way, PATH(load)(sums + (i + k) * wide));
        const VB found = PATH(bytes)(r, v[0], v[1], v[2], v[3]);
        for (int k = 0; k < 4; k++)
            memcpy(out + (i + k) * stride, (const uint8_t *)&found + k * LANES, LANES);
    }
    for (; i < positions; i++) {
        VI x = {0};
        memcpy(&x, sums + i * wide, (size_t)lanes * sizeof *sums);
        x = PATH(codes)(r, f, way, x);
        const VB found = PATH(bytes)(r, x, x, x, x);
        memcpy(out + i * stride, &found, (size_t)lanes);
    }
}

#define EACH_WAY(way, call) \
    switch (way) { \
    case BY_FLOAT: call(BY_FLOAT); break; \
    case BY_FLOAT_EXCEPT: call(BY_FLOAT_EXCEPT); break; \
    case BY_INTEGER: call(BY_INTEGER); break; \
    case BY_SHIFT: call(BY_SHIFT); break; \
    }

static inline void PATH(requantize_plane)(const struct requantization *r, int64_t filter,
                                          const int32_t *sums, int64_t count, uint8_t *out,
                                          int64_t stride)
{
#define PLANE(way) PATH(plane)(r, way, filter, sums, count, out, stride)
    EACH_WAY(r->ways[filter], PLANE)
#undef PLANE
}

/* Sums of `filters` filters from `filter` on, `wide` int32 from one position to the next; the codes
 * of a position lie together, `stride` bytes from those of the next. */
static inline void PATH(requantize_rows)(const struct requantization *r, int64_t filter,
                                         int64_t filters, const int32_t *sums, int64_t wide,
                                         int64_t positions, uint8_t *out, int64_t stride)
{
#define COLUMN(way) \
    PATH(column)(r, way, &f, lanes, sums + first, wide, positions, out + first, stride)
    for (int64_t first = 0; first < filters; first += LANES) {
        const struct PATH(factors) f = PATH(factors_of)(r, filter + first);
        const int lanes = filters - first < LANES ? (int)(filters - first) : LANES;
        EACH_WAY(r->vector_ways[filter + first], COLUMN)
    }
#undef COLUMN
}
#undef EACH_WAY
