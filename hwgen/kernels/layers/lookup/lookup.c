/* Convolution by table look-up: the same driver in each instruction set. */

#include "lookup.h"
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

EXPORT int hwgen_lookup(int set, const struct lookup *l, const struct requantization *r,
                        const uint8_t *codes, int64_t images, void *out);

/* Nonzero where there is not enough memory. */
EXPORT int hwgen_lookup(int set, const struct lookup *l, const struct requantization *r,
                        const uint8_t *codes, int64_t images, void *out)
{
    switch ((enum set)set) {
#ifdef HAS_NEON
    case SET_NEON: return neon_lookup(l, r, codes, images, out);
#endif
#ifdef HAS_X86
    case SET_AVX2: return avx2_lookup(l, r, codes, images, out);
    case SET_AVX512:
    case SET_AVX512VNNI: return avx512_lookup(l, r, codes, images, out);
#endif
    default: return portable_lookup(l, r, codes, images, out);
    }
}

typedef void (*bare)(int lanes, const uint16_t *x, int64_t positions, const uint8_t *tables,
                     uint32_t *sums, int spill);

static bare bare_of(int set)
{
    switch ((enum set)set) {
#ifdef HAS_NEON
    case SET_NEON: return neon_bare;
#endif
#ifdef HAS_X86
    case SET_AVX2: return avx2_bare;
    case SET_AVX512:
    case SET_AVX512VNNI: return avx512_bare;
#endif
    default: return portable_bare;
    }
}

EXPORT void hwgen_lookup_bare(int set, int lanes, const uint16_t *x, int64_t positions,
                              const uint8_t *tables, uint32_t *sums, int spill, int64_t repeats);

/* For measurements: rows of 16 taps added to the sums of positions, all of which the cache holds. */
EXPORT void hwgen_lookup_bare(int set, int lanes, const uint16_t *x, int64_t positions,
                              const uint8_t *tables, uint32_t *sums, int spill, int64_t repeats)
{
    const bare run = bare_of(set);
    for (int64_t i = 0; i < repeats; i++)
        run(lanes, x, positions, tables, sums, spill);
}
