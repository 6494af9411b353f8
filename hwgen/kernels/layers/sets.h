/* Instruction sets, as hwgen/kernels/layers/native.py numbers them. */

#ifndef HWGEN_SETS_H
#define HWGEN_SETS_H

#define EXPORT __attribute__((visibility("default"))) /* all else stays inside */

enum set { SET_PORTABLE, SET_NEON, SET_AVX2, SET_AVX512, SET_AVX512VNNI };

#endif
