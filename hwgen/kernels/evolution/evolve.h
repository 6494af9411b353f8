/* What the search shares with the arithmetic, and with Python (hwgen/kernels/native.py). */

#ifndef HWGEN_EVOLVE_H
#define HWGEN_EVOLVE_H

#include <stdint.h>
#include <stddef.h>

#define MAX_PLANES 24   /* bits of an error, its sign included */
#define BLOCK_WORDS 64  /* words of a plane that are evaluated before the rules are looked at */
#define LANE_WORDS 8    /* words of transitions that are simulated at once */
#define MAX_STEPS 254   /* time steps of a wave */
#define STEP_PENALTY ((int64_t)1 << 48) /* cost of a time step beyond the limit */
#define NEVER 1000000
#define CANDIDATES 16   /* nets of which a mutation takes the most similar */

/* Everything that a search reads. Planes are [bit][word]; words is a multiple of LANE_WORDS and,
 * when larger, of BLOCK_WORDS. Nets: constants 0 and 1, inputs, nodes. */
struct task {
    int32_t inputs, outputs, nodes, words, planes, is_signed, lane_words, functions;
    const uint64_t *input_planes, *exact_planes, *zero_plane, *weights;
    uint64_t limit_absolute;                 /* of the sum of weight * |error| */
    int64_t limit_wce, limit_mean;           /* -1: none; mean: of |sum of weight * error| */
    int32_t zero, limit_delay;               /* delay in time steps */
    const uint64_t *before, *after;          /* [input][lane word] */
    const int32_t *function, *delay;         /* truth tables to choose from; by truth table: */
    const int64_t *area, *output_energy, *pin_energy;
    int64_t area_weight, energy_weight;      /* cost = area_weight * area + energy_weight * energy */
    int32_t mutations, children, in_full;    /* in_full: no short cuts, for measuring */
};

/* What a search changes: genes are (truth table, x, y) per node, then the outputs' nets. */
struct state {
    uint64_t random;
    int32_t *genes;
    int64_t cost;
    int64_t evaluations, neutral, feasible, accepted;
};

struct product {
    const uint64_t *plane[MAX_PLANES], *weights, *zero;
    int bits, is_signed;
};

struct rules {
    int64_t wce, mean;
    int planes, zero;
};

struct sums {
    uint64_t absolute;
    int64_t total;
};

struct circuit { /* a genome without its wires, folded; by net, and the nets in use in order */
    int32_t *f, *x, *y, *order, *output, *used, *alias;
    const int32_t *delay;
    int count;
};

struct wave {
    int first, last;
    uint64_t *words;
};

static inline const uint64_t *at(const struct wave *wave, int time)
{
    const int index = time < wave->first ? 0 : (time < wave->last ? time : wave->last) - wave->first + 1;
    return wave->words + index * LANE_WORDS;
}

struct path {
    const char *name;
    int (*gate)(int, const uint64_t *, const uint64_t *, const uint64_t *, uint64_t *, int);
    void (*block)(const struct circuit *, const uint64_t **, int);
    int (*error)(const struct product *, const uint64_t *, const struct rules *, int, struct sums *);
    int64_t (*distance)(const uint64_t *, const uint64_t *, int);
    void (*activity)(const struct circuit *, struct wave *, uint64_t *);
};

int evolve(const struct path *path, const struct task *task, struct state *state,
           int64_t evaluations);
int assess(const struct path *path, const struct task *task, struct state *state,
           int64_t *figures);

#endif
