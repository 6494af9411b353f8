/* AVX2 and FMA; code from here to end.h is compiled for them. */

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
#define HAS_TARGET 1
#define PATH(name) avx2_##name
#define LANES 8
typedef int32_t avx2_vi __attribute__((vector_size(32), may_alias));
typedef uint32_t avx2_vu __attribute__((vector_size(32), may_alias));
typedef float avx2_vf __attribute__((vector_size(32), may_alias));
typedef uint64_t avx2_vl __attribute__((vector_size(32), may_alias));
typedef uint8_t avx2_vb __attribute__((vector_size(32), may_alias));
#define VI avx2_vi
#define VU avx2_vu
#define VF avx2_vf
#define VL avx2_vl
#define VB avx2_vb

#define FMA(x, y, z) ((VF)_mm256_fmadd_ps((__m256)(x), (__m256)(y), (__m256)(z)))
#define MULTIPLY_EVEN(x, y) ((VL)_mm256_mul_epi32((__m256i)(x), (__m256i)(y)))

static inline VB avx2_narrow(VI a, VI b, VI c, VI d)
{
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7); /* packing goes by halves */
    const __m256i x = _mm256_packs_epi32((__m256i)a, (__m256i)b);
    const __m256i y = _mm256_packs_epi32((__m256i)c, (__m256i)d);
    return (VB)_mm256_permutevar8x32_epi32(_mm256_packus_epi16(x, y), order);
}
#define NARROW avx2_narrow
#define CLIP(x, low, high) \
    ((VB)_mm256_min_epu8(_mm256_max_epu8((__m256i)(x), (__m256i)(low)), (__m256i)(high)))
#define GATHER(table, index) ((VI)_mm256_i32gather_epi32((table), (__m256i)(index), 4))
#define WIDEN(codes) ((VU)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(codes))))
