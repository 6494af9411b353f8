/* Requantization as hwgen/kernels/layers/requantize.py hands it over. */

#ifndef HWGEN_REQUANTIZATION_H
#define HWGEN_REQUANTIZATION_H

#include <stdint.h>

#define MOST_EXCEPTIONS 4
#define ALWAYS_INLINE inline __attribute__((always_inline))

/* A vector of filters takes the last of their ways; BY_SHIFT is all filters' or none's. */
enum way { BY_FLOAT, BY_FLOAT_EXCEPT, BY_INTEGER, BY_SHIFT };

/* Arrays hold `stride` values, 16 more than there are filters, so that a vector of factors may be
 * loaded from any filter on. */
struct requantization {
    const int32_t *multiplier, *left, *right; /* of each filter */
    const float *scale;                       /* BY_FLOAT: round(x * scale) + zero_point */
    const int32_t *where, *delta;             /* [exceptions][stride]: sums where that is not so, */
                                              /* and what the code is more; else 0 */
    const uint8_t *ways, *vector_ways;        /* enum way of a filter, and of 16 from it on */
    int64_t stride;
    int32_t exceptions, is_double, zero_point, low, high;
};

#endif
