/* Whether a circuit keeps the rules of the error.
 *
 * Values of the parent's nets are kept, so that of a child only what changes in a block is
 * computed again.
 */

#include "search.h"

#include <string.h>

static int evaluate_block(struct search *s, const struct circuit *c, const struct circuit *old,
                          int block)
{
    struct values *v = &s->block[block];
    const int is_full = old == NULL;
    for (int k = 0; k < c->count; k++) {
        const int net = c->order[k], x = c->x[net], y = c->y[net];
        const int is_known = !is_full && old->used[net] && old->f[net] == c->f[net] &&
                             old->x[net] == x && old->y[net] == y;
        v->dirty[net] = 0;
        if (is_known && !v->dirty[x] && !v->dirty[y])
            continue;
        const int was = v->slot[net];
        const int differs = s->path->gate(c->f[net], slot(s, block, x, v->slot[x] ^ v->dirty[x]),
                                          slot(s, block, y, v->slot[y] ^ v->dirty[y]),
                                          slot(s, block, net, was), slot(s, block, net, !was),
                                          s->block_words);
        v->dirty[net] = (uint8_t)(differs || is_full || !old->used[net]);
    }
    int differs = is_full;
    for (int j = 0; j < s->task->outputs; j++) {
        const int net = c->output[j];
        s->product.plane[j] = slot(s, block, net, v->slot[net] ^ v->dirty[net]);
        differs = differs || v->dirty[net] || net != old->output[j];
    }
    return differs;
}

static int block_sums(struct search *s, int block, struct sums *sums)
{
    const size_t at = (size_t)block * (size_t)s->block_words;
    s->product.weights = s->task->weights + at;
    s->product.zero = s->task->zero_plane + at;
    return s->path->error(&s->product, s->task->exact_planes + at * (size_t)s->task->planes,
                          &s->rules, s->block_words, sums);
}

static int is_centred(const struct search *s, const struct sums *all)
{
    const int64_t mean = all->total < 0 ? -all->total : all->total;
    return s->task->limit_mean < 0 || mean <= s->task->limit_mean;
}

/* Whether the circuit keeps the rules; its values lie in the slots that are not the parent's. */
int keeps_rules(struct search *s, const struct circuit *c, const struct circuit *old,
                       struct sums *all)
{
    int is_good = 1;
    memset(all, 0, sizeof *all);
    for (int block = 0; block < s->blocks; block++) {
        struct sums sums = s->block[block].sums;
        if (evaluate_block(s, c, old, block))
            is_good &= block_sums(s, block, &sums);
        all->absolute += sums.absolute;
        all->total += sums.total;
        s->block[block].sums = old == NULL ? sums : s->block[block].sums;
        is_good &= all->absolute <= s->task->limit_absolute;
        if (!is_good && old != NULL)
            return 0;
    }
    return is_good && is_centred(s, all);
}

/* The same without short cuts: every gate on every pair. Nothing is kept. */
int keeps_rules_in_full(struct search *s, const struct circuit *c, struct sums *all)
{
    const struct task *t = s->task;
    const size_t words = (size_t)s->block_words;
    int is_good = 1;
    memset(all, 0, sizeof *all);
    for (int net = 0; net < s->nets; net++)
        s->place[net] = s->scratch + (size_t)net * words;
    for (int block = 0; block < s->blocks; block++) {
        struct sums sums;
        for (int i = 0; i < t->inputs; i++)
            s->place[2 + i] = t->input_planes + (size_t)i * (size_t)t->words + (size_t)block * words;
        s->path->block(c, s->place, s->block_words);
        for (int j = 0; j < t->outputs; j++)
            s->product.plane[j] = s->place[c->output[j]];
        is_good &= block_sums(s, block, &sums);
        all->absolute += sums.absolute;
        all->total += sums.total;
    }
    return is_good && all->absolute <= t->limit_absolute && is_centred(s, all);
}

void exchange(struct search *s)
{
    const struct circuit circuit = s->parent;
    uint8_t *active = s->is_active;
    s->parent = s->child;
    s->child = circuit;
    s->is_active = s->child_active;
    s->child_active = active;
}

/* The child becomes the parent. */
void take(struct search *s, const struct circuit *old)
{
    for (int block = 0; block < s->blocks && !(s->task->in_full && old); block++) {
        struct values *v = &s->block[block];
        int differs = old == NULL;
        for (int k = 0; k < s->child.count; k++) {
            const int net = s->child.order[k];
            v->slot[net] ^= v->dirty[net];
        }
        for (int j = 0; j < s->task->outputs; j++) {
            const int net = s->child.output[j];
            s->product.plane[j] = slot(s, block, net, v->slot[net]);
            differs = differs || v->dirty[net] || net != old->output[j];
        }
        if (differs)
            block_sums(s, block, &v->sums);
    }
    exchange(s);
}
