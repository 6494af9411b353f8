/* Compiled kernels: bit planes in three instruction sets, one of them chosen at run time.
 *
 * A plain shared object: nothing of Python is used, so that one build serves every version.
 */

#include "evolve.h"

#define EXPORT __attribute__((visibility("default"))) /* all else stays inside */

#define PATH(name) portable_##name
#define LANES 1
typedef uint64_t portable_vec __attribute__((vector_size(8), may_alias));
#define VEC portable_vec
static inline portable_vec portable_popcount(portable_vec v)
{
    uint64_t x = v[0];
    x -= (x >> 1) & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (portable_vec){(x * 0x0101010101010101u) >> 56};
}
#define POPCOUNT portable_popcount
#include "bits.h"
#undef PATH
#undef LANES
#undef VEC
#undef POPCOUNT

#if !defined(HWGEN_PORTABLE) && defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define HAS_X86 1
#include <immintrin.h>

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif
typedef uint64_t avx2_vec __attribute__((vector_size(32), may_alias));
static inline avx2_vec avx2_popcount(avx2_vec v)
{
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1,
                                           2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i low = _mm256_set1_epi8(15), x = (__m256i)v;
    const __m256i a = _mm256_shuffle_epi8(table, _mm256_and_si256(x, low));
    const __m256i b =
        _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(x, 4), low));
    return (avx2_vec)_mm256_sad_epu8(_mm256_add_epi8(a, b), _mm256_setzero_si256());
}
#define PATH(name) avx2_##name
#define LANES 4
#define VEC avx2_vec
#define POPCOUNT avx2_popcount
#include "bits.h"
#undef PATH
#undef LANES
#undef VEC
#undef POPCOUNT
#ifdef __clang__
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vpopcntdq"))), \
                             apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vpopcntdq")
#endif
typedef uint64_t avx512_vec __attribute__((vector_size(64), may_alias));
#define PATH(name) avx512_##name
#define LANES 8
#define VEC avx512_vec
#define POPCOUNT(v) ((avx512_vec)_mm512_popcnt_epi64((__m512i)(v)))
#include "bits.h"
#undef PATH
#undef LANES
#undef VEC
#undef POPCOUNT
#ifdef __clang__
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif

static const struct path PATHS[] = {
    {"portable", portable_gate, portable_block, portable_error, portable_distance, portable_activity},
#ifdef HAS_X86
    {"avx2", avx2_gate, avx2_block, avx2_error, avx2_distance, avx2_activity},
    {"avx512", avx512_gate, avx512_block, avx512_error, avx512_distance, avx512_activity},
#endif
};

/* Name of path number `index`, slowest first; NULL when this machine has no such path. */
EXPORT const char *hwgen_path(int index)
{
#ifdef HAS_X86
    __builtin_cpu_init();
    if (index == 1 && !__builtin_cpu_supports("avx2"))
        return NULL;
    if (index == 2 && !(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("avx512vpopcntdq")))
        return NULL;
#endif
    if (index < 0 || index >= (int)(sizeof PATHS / sizeof *PATHS))
        return NULL;
    return PATHS[index].name;
}

/* Runs the search on path number `index`; see evolve.c. */
EXPORT int hwgen_evolve(int index, const struct task *task, struct state *state, int64_t evaluations)
{
    return evolve(&PATHS[index], task, state, evaluations);
}

/* Error and cost of the state's genome, as the search finds them; see evolve.c. */
EXPORT int hwgen_assess(int index, const struct task *task, struct state *state, int64_t *figures)
{
    return assess(&PATHS[index], task, state, figures);
}
