/* Which instruction sets the kernels of layers were compiled for and this machine can run.
 *
 * A plain shared object: nothing of Python is used, so that one build serves every version.
 */

#include "sets.h"
#include "vectors/machine.h"

EXPORT int hwgen_layers_has(int set);

EXPORT int hwgen_layers_has(int set)
{
    switch ((enum set)set) {
    case SET_PORTABLE: return 1;
#ifdef HAS_NEON
    case SET_NEON: return 1;
#endif
#ifdef HAS_X86
    case SET_AVX2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case SET_AVX512VNNI:
        if (!__builtin_cpu_supports("avx512vnni"))
            return 0;
        /* fall through */
    case SET_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#endif
    default: return 0;
    }
}
