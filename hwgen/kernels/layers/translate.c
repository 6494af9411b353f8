/* Codes through a table of 256 bytes. */

#include "translate.h"
#include "vectors/machine.h"

static void translate_plainly(const uint8_t *table, const uint8_t *from, uint8_t *to, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        to[i] = table[from[i]];
}

#ifdef HAS_X86
__attribute__((target("avx512f,avx512bw,avx512vbmi"))) static void
translate_by_vbmi(const uint8_t *table, const uint8_t *from, uint8_t *to, int64_t count)
{
    __m512i t[4];
    for (int k = 0; k < 4; k++)
        t[k] = _mm512_loadu_si512(table + 64 * k);
    for (int64_t i = 0; i < count; i += 64) {
        const __mmask64 kept = count - i < 64 ? ((__mmask64)1 << (count - i)) - 1 : ~(__mmask64)0;
        const __m512i x = _mm512_maskz_loadu_epi8(kept, from + i);
        const __m512i low = _mm512_permutex2var_epi8(t[0], x, t[1]);
        const __m512i high = _mm512_permutex2var_epi8(t[2], x, t[3]);
        _mm512_mask_storeu_epi8(to + i, kept,
                                _mm512_mask_blend_epi8(_mm512_movepi8_mask(x), low, high));
    }
}
#endif

#ifdef HAS_NEON
static void translate_by_neon(const uint8_t *table, const uint8_t *from, uint8_t *to, int64_t count)
{
    uint8x16x4_t t[4];
    int64_t i = 0;
    for (int k = 0; k < 4; k++)
        t[k] = vld1q_u8_x4(table + 64 * k);
    for (; i + 16 <= count; i += 16) {
        const uint8x16_t x = vld1q_u8(from + i), quarter = vdupq_n_u8(64);
        uint8x16_t y = vqtbl4q_u8(t[0], x);
        y = vqtbx4q_u8(y, t[1], vsubq_u8(x, quarter)); /* leaves what is out of its range */
        y = vqtbx4q_u8(y, t[2], vsubq_u8(x, vdupq_n_u8(128)));
        y = vqtbx4q_u8(y, t[3], vsubq_u8(x, vdupq_n_u8(192)));
        vst1q_u8(to + i, y);
    }
    translate_plainly(table, from + i, to + i, count - i);
}
#endif

translate *translation(int is_wide)
{
#ifdef HAS_X86
    if (is_wide && __builtin_cpu_supports("avx512vbmi"))
        return translate_by_vbmi;
#endif
    (void)is_wide;
#ifdef HAS_NEON
    return translate_by_neon;
#else
    return translate_plainly;
#endif
}
