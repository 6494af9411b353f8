/* From eight columns of products to 16 bytes of each of 256 rows, for one vector width.
 *
 * Interleaving happens within 16 bytes, so that wide vectors do several codes' at once.
 */

#ifndef SHUFFLE
#ifdef __clang__
#define SHUFFLE(type, a, b, ...) ((type)__builtin_shufflevector(a, b, __VA_ARGS__))
#else
#define SHUFFLE(type, a, b, ...) ((type)__builtin_shuffle(a, b, (__typeof__(a)){__VA_ARGS__}))
#endif
#endif

#if LANES == 4
#define HALVES 1
#define LOW16 0, 8, 1, 9, 2, 10, 3, 11
#define HIGH16 4, 12, 5, 13, 6, 14, 7, 15
#define LOW32 0, 4, 1, 5
#define HIGH32 2, 6, 3, 7
#define LOW64 0, 2
#define HIGH64 1, 3
#else
#define HALVES 2
#define LOW16 0, 16, 1, 17, 2, 18, 3, 19, 8, 24, 9, 25, 10, 26, 11, 27
#define HIGH16 4, 20, 5, 21, 6, 22, 7, 23, 12, 28, 13, 29, 14, 30, 15, 31
#define LOW32 0, 8, 1, 9, 4, 12, 5, 13
#define HIGH32 2, 10, 3, 11, 6, 14, 7, 15
#define LOW64 0, 4, 2, 6
#define HIGH64 1, 5, 3, 7
#endif
typedef uint16_t PATH(t16) __attribute__((vector_size(16 * HALVES), may_alias));
typedef uint32_t PATH(t32) __attribute__((vector_size(16 * HALVES), may_alias));
typedef uint64_t PATH(t64) __attribute__((vector_size(16 * HALVES), may_alias));

/* 8 codes per 16 bytes: row `k` of `column`s goes to out + k * stride. */
static ALWAYS_INLINE void PATH(transpose_part)(const uint16_t *const *column, int first,
                                               uint8_t *out, size_t stride)
{
    PATH(t32) pair[2][4];
    PATH(t64) row[8];
    for (int j = 0; j < 4; j++) {
        PATH(t16) a, b;
        memcpy(&a, column[2 * j] + first, sizeof a);
        memcpy(&b, column[2 * j + 1] + first, sizeof b);
        pair[0][j] = SHUFFLE(PATH(t32), a, b, LOW16);
        pair[1][j] = SHUFFLE(PATH(t32), a, b, HIGH16);
    }
    for (int h = 0; h < 2; h++) {
        const PATH(t32) *p = pair[h];
        const PATH(t64) a = SHUFFLE(PATH(t64), p[0], p[1], LOW32);
        const PATH(t64) b = SHUFFLE(PATH(t64), p[2], p[3], LOW32);
        const PATH(t64) c = SHUFFLE(PATH(t64), p[0], p[1], HIGH32);
        const PATH(t64) d = SHUFFLE(PATH(t64), p[2], p[3], HIGH32);
        row[4 * h] = SHUFFLE(PATH(t64), a, b, LOW64);
        row[4 * h + 1] = SHUFFLE(PATH(t64), a, b, HIGH64);
        row[4 * h + 2] = SHUFFLE(PATH(t64), c, d, LOW64);
        row[4 * h + 3] = SHUFFLE(PATH(t64), c, d, HIGH64);
    }
    for (int k = 0; k < 8 * HALVES; k++) /* the next part's rows, which lie in the second cache */
        __builtin_prefetch(out + (size_t)(8 * HALVES + k) * stride, 1);
    for (int k = 0; k < 8; k++)
        for (int half = 0; half < HALVES; half++)
            memcpy(out + (size_t)(8 * half + k) * stride, (const uint8_t *)&row[k] + 16 * half, 16);
}

static void PATH(transpose)(const uint16_t *const *column, uint8_t *out, size_t stride)
{
    for (int first = 0; first < 256; first += 8 * HALVES)
        PATH(transpose_part)(column, first, out + (size_t)first * stride, stride);
}

#undef HALVES
#undef LOW16
#undef HIGH16
#undef LOW32
#undef HIGH32
#undef LOW64
#undef HIGH64
