/* Vectors in plain C, which the compiler maps to what the machine surely has; see end.h. */

#define PATH(name) portable_##name
#define LANES 4
typedef int32_t portable_vi __attribute__((vector_size(16), may_alias));
typedef uint32_t portable_vu __attribute__((vector_size(16), may_alias));
typedef float portable_vf __attribute__((vector_size(16), may_alias));
typedef uint64_t portable_vl __attribute__((vector_size(16), may_alias));
typedef uint8_t portable_vb __attribute__((vector_size(16), may_alias));
#define VI portable_vi
#define VU portable_vu
#define VF portable_vf
#define VL portable_vl
#define VB portable_vb

static inline VL portable_multiply_even(VL x, VL y)
{
    VL products;
    for (int k = 0; k < LANES / 2; k++) /* the low halves of either byte order */
        products[k] = (uint64_t)((int64_t)(int32_t)(uint32_t)x[k] * (int32_t)(uint32_t)y[k]);
    return products;
}
#define MULTIPLY_EVEN portable_multiply_even

static inline VB portable_narrow(VI a, VI b, VI c, VI d)
{
    const VI v[4] = {a, b, c, d};
    VB bytes;
    for (int k = 0; k < 4 * LANES; k++) {
        const int32_t x = v[k / LANES][k % LANES];
        bytes[k] = (uint8_t)(x < 0 ? 0 : x > 255 ? 255 : x);
    }
    return bytes;
}
#define NARROW portable_narrow

static inline VB portable_clip(VB x, VB low, VB high)
{
    for (int k = 0; k < 4 * LANES; k++)
        x[k] = x[k] < low[k] ? low[k] : x[k] > high[k] ? high[k] : x[k];
    return x;
}
#define CLIP portable_clip

static inline VU portable_widen(const uint8_t *codes)
{
    return (VU){codes[0], codes[1], codes[2], codes[3]};
}
#define WIDEN portable_widen
