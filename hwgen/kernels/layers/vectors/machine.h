/* What this machine may have besides plain C; include it before the header of a path. */

#ifndef HWGEN_MACHINE_H
#define HWGEN_MACHINE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if !defined(HWGEN_PORTABLE) && (defined(__GNUC__) || defined(__clang__))
#if defined(__x86_64__)
#define HAS_X86 1
#include <immintrin.h>
#elif defined(__aarch64__)
#define HAS_NEON 1
#include <arm_neon.h>
#endif
#endif

#endif
