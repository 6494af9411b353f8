/* AVX-512 with VNNI; code from here to end.h is compiled for it. */

#ifdef __clang__
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")
#endif
#define HAS_TARGET 1
#define PATH(name) avx512vnni_##name
#include "avx512_types.h"
