/* AVX-512 F, BW, DQ and VL; code from here to end.h is compiled for them. */

#ifdef __clang__
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), \
                             apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl")
#endif
#define HAS_TARGET 1
#define PATH(name) avx512_##name
#include "avx512_types.h"
