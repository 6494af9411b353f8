/* Convolution by integer products: the same driver in each instruction set. */

#include "factored.h"
#include "../sets.h"
#include "../vectors/machine.h"
#include "walk.h"

#include "../vectors/portable.h"
static inline VI portable_dot(VI sums, VI codes, VI weights)
{
    const VU first = (VU)((VI)((VU)codes << 16) >> 16) * (VU)((VI)((VU)weights << 16) >> 16);
    return (VI)((VU)sums + first + (VU)(codes >> 16) * (VU)(weights >> 16)); /* of 16 bits each */
}
#define DOT portable_dot
#define FOURS(vectors) 1
#include "driver.h"
#include "../vectors/end.h"
#undef DOT
#undef FOURS

#ifdef HAS_NEON
#include "../vectors/neon.h"
static inline VI neon_dot(VI sums, VI codes, VI weights)
{
    const int16x8_t c = (int16x8_t)codes, w = (int16x8_t)weights; /* all of one tap, then the next */
    const int32x4_t first = vmlal_laneq_s16((int32x4_t)sums, vget_low_s16(w), c, 0);
    return (VI)vmlal_high_laneq_s16(first, w, c, 1);
}
#define DOT neon_dot
#define FOURS(vectors) ((vectors) == 1 ? 4 : 1)
#include "driver.h"
#include "../vectors/end.h"
#undef DOT
#undef FOURS
#endif

#ifdef HAS_X86
#include "../vectors/avx2.h"
#define DOT(sums, codes, weights) \
    ((VI)_mm256_add_epi32((__m256i)(sums), _mm256_madd_epi16((__m256i)(codes), (__m256i)(weights))))
#define FOURS(vectors) ((vectors) == 1 ? 2 : 1)
#include "driver.h"
#include "../vectors/end.h"
#undef DOT
#undef FOURS

#define FOURS(vectors) ((vectors) == 1 ? 4 : (vectors) == 4 ? 1 : 2)
#include "../vectors/avx512.h"
#define DOT(sums, codes, weights) \
    ((VI)_mm512_add_epi32((__m512i)(sums), _mm512_madd_epi16((__m512i)(codes), (__m512i)(weights))))
#include "driver.h"
#include "../vectors/end.h"
#undef DOT

#include "../vectors/avx512vnni.h"
#define DOT(sums, codes, weights) \
    ((VI)_mm512_dpbusd_epi32((__m512i)(sums), (__m512i)(codes), (__m512i)(weights)))
#include "driver.h"
#include "../vectors/end.h"
#undef DOT
#undef FOURS
#endif

EXPORT int hwgen_factored(int set, const struct factored *f, const struct requantization *r,
                          const uint8_t *codes, int64_t images, void *out);

/* Nonzero where there is not enough memory. */
EXPORT int hwgen_factored(int set, const struct factored *f, const struct requantization *r,
                          const uint8_t *codes, int64_t images, void *out)
{
    translate *by = translation(set >= SET_AVX512);
    switch ((enum set)set) {
#ifdef HAS_NEON
    case SET_NEON: return neon_factored(*f, r, by, codes, images, out);
#endif
#ifdef HAS_X86
    case SET_AVX2: return avx2_factored(*f, r, by, codes, images, out);
    case SET_AVX512: return avx512_factored(*f, r, by, codes, images, out);
    case SET_AVX512VNNI: return avx512vnni_factored(*f, r, by, codes, images, out);
#endif
    default: return portable_factored(*f, r, by, codes, images, out);
    }
}
