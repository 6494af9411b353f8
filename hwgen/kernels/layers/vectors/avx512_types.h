/* Vectors of AVX-512 F, BW, DQ and VL, for the paths that have more besides, too. */

#define LANES 16
typedef int32_t avx512_vi __attribute__((vector_size(64), may_alias));
typedef uint32_t avx512_vu __attribute__((vector_size(64), may_alias));
typedef float avx512_vf __attribute__((vector_size(64), may_alias));
typedef uint64_t avx512_vl __attribute__((vector_size(64), may_alias));
typedef uint8_t avx512_vb __attribute__((vector_size(64), may_alias));
#define VI avx512_vi
#define VU avx512_vu
#define VF avx512_vf
#define VL avx512_vl
#define VB avx512_vb

#define FMA(x, y, z) ((VF)_mm512_fmadd_ps((__m512)(x), (__m512)(y), (__m512)(z)))
#define MULTIPLY_EVEN(x, y) ((VL)_mm512_mul_epi32((__m512i)(x), (__m512i)(y)))

static inline VB PATH(narrow)(VI a, VI b, VI c, VI d)
{
    const __m512i order = /* packing goes by quarters */
        _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    const __m512i x = _mm512_packs_epi32((__m512i)a, (__m512i)b);
    const __m512i y = _mm512_packs_epi32((__m512i)c, (__m512i)d);
    return (VB)_mm512_permutexvar_epi32(order, _mm512_packus_epi16(x, y));
}
#define NARROW PATH(narrow)
#define CLIP(x, low, high) \
    ((VB)_mm512_min_epu8(_mm512_max_epu8((__m512i)(x), (__m512i)(low)), (__m512i)(high)))
#define GATHER(table, index) ((VI)_mm512_i32gather_epi32((__m512i)(index), (table), 4))
#define WIDEN(codes) ((VU)_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(codes))))
