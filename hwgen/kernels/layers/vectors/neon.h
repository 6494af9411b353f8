/* NEON, which every AArch64 processor has. */

#define PATH(name) neon_##name
#define LANES 4
typedef int32_t neon_vi __attribute__((vector_size(16), may_alias));
typedef uint32_t neon_vu __attribute__((vector_size(16), may_alias));
typedef float neon_vf __attribute__((vector_size(16), may_alias));
typedef uint64_t neon_vl __attribute__((vector_size(16), may_alias));
typedef uint8_t neon_vb __attribute__((vector_size(16), may_alias));
#define VI neon_vi
#define VU neon_vu
#define VF neon_vf
#define VL neon_vl
#define VB neon_vb

#define FMA(x, y, z) ((VF)vfmaq_f32((float32x4_t)(z), (float32x4_t)(x), (float32x4_t)(y)))
#define MULTIPLY_EVEN(x, y) \
    ((VL)vmull_s32(vmovn_s64((int64x2_t)(x)), vmovn_s64((int64x2_t)(y))))

static inline VB neon_narrow(VI a, VI b, VI c, VI d)
{
    const int16x8_t x = vcombine_s16(vqmovn_s32((int32x4_t)a), vqmovn_s32((int32x4_t)b));
    const int16x8_t y = vcombine_s16(vqmovn_s32((int32x4_t)c), vqmovn_s32((int32x4_t)d));
    return (VB)vcombine_u8(vqmovun_s16(x), vqmovun_s16(y));
}
#define NARROW neon_narrow
#define CLIP(x, low, high) \
    ((VB)vminq_u8(vmaxq_u8((uint8x16_t)(x), (uint8x16_t)(low)), (uint8x16_t)(high)))

static inline VU neon_widen(const uint8_t *codes)
{
    uint32_t four;
    memcpy(&four, codes, sizeof four);
    return (VU)vmovl_u16(vget_low_u16(vmovl_u8(vcreate_u8(four))));
}
#define WIDEN neon_widen
