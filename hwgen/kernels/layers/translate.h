/* Codes through a table of 256 bytes. */

#ifndef HWGEN_TRANSLATE_H
#define HWGEN_TRANSLATE_H

#include <stdint.h>

typedef void translate(const uint8_t *table, const uint8_t *from, uint8_t *to, int64_t count);

/* The fastest way of the machine; is_wide says whether vectors of AVX-512 may be used. */
translate *translation(int is_wide);

#endif
