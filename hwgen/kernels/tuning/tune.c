/* Choosing the codes of filters together: see fallback.py, which does the same in NumPy.
 *
 * Every sum is taken in the same order there and here, and no product is fused with an addition,
 * so the two agree bit for bit.
 */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CODES 256
#define LANES 16 /* candidates side by side */

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && defined(__linux__)
#define EACH_SET __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define EACH_SET
#endif

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("fp-contract=off")
#endif

/* The least of weight * (wanted - slope)^2 + price; of equals the first. */
EACH_SET static int least(double wanted, double weight, const double *slopes,
                          const double *prices, int count, double *cost)
{
    double lanes[LANES], best;
    for (int lane = 0; lane < LANES; lane++)
        lanes[lane] = INFINITY;
    for (int i = 0; i < count; i += LANES)
        for (int lane = 0; lane < LANES; lane++) {
            const double off = wanted - slopes[i + lane];
            const double own = weight * (off * off) + prices[i + lane];
            cost[i + lane] = own;
            lanes[lane] = own < lanes[lane] ? own : lanes[lane];
        }
    best = lanes[0];
    for (int lane = 1; lane < LANES; lane++)
        best = lanes[lane] < best ? lanes[lane] : best;
    for (int i = 0; i < count; i += LANES) {
        int here = 0;
        for (int lane = 0; lane < LANES; lane++)
            here |= cost[i + lane] == best;
        for (int lane = 0; here && lane < LANES; lane++)
            if (cost[i + lane] == best)
                return i + lane;
    }
    return 0;
}

EACH_SET static void subtract(double *values, const double *row, double factor, int count)
{
    for (int i = 0; i < count; i++)
        values[i] -= row[i] * factor;
}

/* One pass over the taps of a filter, each code made up for by those that are left. */
static void recursion(int taps, int count, const double *target, const double *upper,
                      const uint8_t *index, const double *slopes, const double *prices,
                      int32_t *found, double *left, double *cost)
{
    memcpy(left, target, sizeof(double) * (size_t)taps);
    for (int tap = 0; tap < taps; tap++) {
        const double *row = upper + (size_t)tap * taps;
        const size_t first = index ? (size_t)index[tap] * CODES : 0;
        const double weight = 1.0 / (row[tap] * row[tap]);
        const int code = least(left[tap], weight, slopes + first, prices + first, count, cost);
        found[tap] = (int32_t)(first + (size_t)code);
        const double error = (left[tap] - slopes[found[tap]]) / row[tap];
        subtract(left + tap + 1, row + tap + 1, error, taps - tap - 1);
    }
}

/* One pass in which each code is the best for all the others; whether any changed. */
static int descent(int taps, int count, const double *target, const double *covariance,
                   const uint8_t *index, const double *slopes, const double *prices,
                   int32_t *found, double *pull, double *cost)
{
    int changed = 0;
    for (int tap = 0; tap < taps; tap++) {
        const double *row = covariance + (size_t)tap * taps;
        const size_t first = index ? (size_t)index[tap] * CODES : 0;
        const double old = slopes[found[tap]], weight = row[tap];
        /* What the other taps are off, in units of this one. */
        const double others = (pull[tap] - weight * (target[tap] - old)) / weight;
        const int code = least(target[tap] + others, weight, slopes + first, prices + first,
                               count, cost);
        const int32_t place = (int32_t)(first + (size_t)code);
        if (place == found[tap])
            continue;
        found[tap] = place;
        changed = 1;
        subtract(pull, row, slopes[place] - old, taps);
    }
    return changed;
}

/* found[f][tap] = place in the filter's slopes and prices; 0, or 1 where memory is short.
 *
 * target[f][tap], upper[tap][tap], covariance[tap][tap], slopes[choices * 256],
 * prices[f][choices * 256]; index[f][tap] is the choice of a weight, or null for a free one.
 */
__attribute__((visibility("default"))) int
hwgen_tune(int filters, int taps, int choices, int passes, const double *target,
           const double *upper, const double *covariance, const uint8_t *index,
           const double *slopes, const double *prices, int32_t *found)
{
    const int all = choices * CODES, count = index ? CODES : all;
    double *left = malloc(sizeof(double) * (size_t)taps);
    double *cost = malloc(sizeof(double) * (size_t)count);
    if (!left || !cost) {
        free(left);
        free(cost);
        return 1;
    }
    for (int f = 0; f < filters; f++) {
        const size_t own = (size_t)f * taps;
        const double *price = prices + (size_t)f * all;
        const uint8_t *chosen = index ? index + own : NULL;
        recursion(taps, count, target + own, upper, chosen, slopes, price, found + own, left,
                  cost);
        memset(left, 0, sizeof(double) * (size_t)taps);
        for (int tap = 0; passes && tap < taps; tap++)
            subtract(left, covariance + (size_t)tap * taps,
                     slopes[found[own + tap]] - target[own + tap], taps);
        for (int pass = 0; pass < passes; pass++)
            if (!descent(taps, count, target + own, covariance, chosen, slopes, price,
                         found + own, left, cost))
                break;
    }
    free(left);
    free(cost);
    return 0;
}
