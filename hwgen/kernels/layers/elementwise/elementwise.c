/* Layers without weights: the same driver in each instruction set. */

#include "elementwise.h"
#include "../sets.h"
#include "../vectors/machine.h"

#include "../vectors/portable.h"
#include "driver.h"
#include "../vectors/end.h"

#ifdef HAS_NEON
#include "../vectors/neon.h"
#include "driver.h"
#include "../vectors/end.h"
#endif

#ifdef HAS_X86
#include "../vectors/avx2.h"
#include "driver.h"
#include "../vectors/end.h"
#include "../vectors/avx512.h"
#include "driver.h"
#include "../vectors/end.h"
#endif

EXPORT int hwgen_add(int set, const struct addition *s, const struct requantization *r,
                     const uint8_t *a, const uint8_t *b, int64_t count, uint8_t *out);
EXPORT int hwgen_pool(int set, const struct pooling *p, const struct requantization *r,
                      const uint8_t *codes, int64_t images, uint8_t *out);
EXPORT int hwgen_translate(int set, const uint8_t *table, const uint8_t *codes, int64_t count,
                           uint8_t *out);

EXPORT int hwgen_add(int set, const struct addition *s, const struct requantization *r,
                     const uint8_t *a, const uint8_t *b, int64_t count, uint8_t *out)
{
    switch ((enum set)set) {
#ifdef HAS_NEON
    case SET_NEON: neon_add(s, r, a, b, count, out); break;
#endif
#ifdef HAS_X86
    case SET_AVX2: avx2_add(s, r, a, b, count, out); break;
    case SET_AVX512:
    case SET_AVX512VNNI: avx512_add(s, r, a, b, count, out); break;
#endif
    default: portable_add(s, r, a, b, count, out);
    }
    return 0;
}

EXPORT int hwgen_pool(int set, const struct pooling *p, const struct requantization *r,
                      const uint8_t *codes, int64_t images, uint8_t *out)
{
    translate *by = translation(set >= SET_AVX512);
    switch ((enum set)set) {
#ifdef HAS_NEON
    case SET_NEON: neon_pool(p, r, by, codes, images, out); break;
#endif
#ifdef HAS_X86
    case SET_AVX2: avx2_pool(p, r, by, codes, images, out); break;
    case SET_AVX512:
    case SET_AVX512VNNI: avx512_pool(p, r, by, codes, images, out); break;
#endif
    default: portable_pool(p, r, by, codes, images, out);
    }
    return 0;
}

EXPORT int hwgen_translate(int set, const uint8_t *table, const uint8_t *codes, int64_t count,
                           uint8_t *out)
{
    translation(set >= SET_AVX512)(table, codes, out, count);
    return 0;
}
