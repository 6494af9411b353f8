/* State of a running search, and what its parts offer each other. */

#ifndef HWGEN_SEARCH_H
#define HWGEN_SEARCH_H

#include "evolve.h"

struct values { /* of nets in one block: two slots per net, one of them the parent's */
    uint8_t *slot, *dirty;
    struct sums sums;
};

struct search {
    const struct path *path;
    const struct task *task;
    struct state *state;
    int first, nets, genes, block_words, blocks;
    struct circuit parent, child;
    int32_t *undo;
    uint8_t *is_active; /* nodes that the parent's genes reach, folded or not */
    uint8_t *child_active;
    uint64_t *words, *scratch;
    const uint64_t **place;
    struct values *block;
    struct wave *waves;
    uint64_t *wave_words, *toggles;
    int64_t *load;
    int32_t *arrival, *best;
    int is_fresh; /* the values in the other slots are those of the best child */
    struct product product;
    struct rules rules;
};

/* Values of a net in a block: slot 0 or 1. */
static inline uint64_t *slot(const struct search *s, int block, int net, int which)
{
    const size_t index = ((size_t)block * (size_t)s->nets + (size_t)net) * 2 + (size_t)which;
    return s->words + index * (size_t)s->block_words;
}

/* circuit.c: from genes to a circuit */
void decode(const struct search *s, const int32_t *genes, uint8_t *active, struct circuit *c);
int is_same(const struct search *s, const struct circuit *a, const struct circuit *b);

/* cost.c */
int depth(struct search *s, const struct circuit *c);
int64_t penalty(const struct search *s, int steps);
int64_t area(const struct search *s, const struct circuit *c);
int64_t energy(struct search *s, const struct circuit *c);

/* rules.c */
int keeps_rules(struct search *s, const struct circuit *c, const struct circuit *old,
                struct sums *all);
int keeps_rules_in_full(struct search *s, const struct circuit *c, struct sums *all);
void exchange(struct search *s);
void take(struct search *s, const struct circuit *old);

/* mutation.c */
int mutate(struct search *s, int *count);
void restore(struct search *s, int count);

/* memory.c */
int open_search(struct search *s, const struct path *path, const struct task *task,
                struct state *state);
void close_search(struct search *s);

#endif
