/* How a child differs from its parent. */

#include "search.h"

static uint64_t draw(uint64_t *random, uint64_t below)
{
    uint64_t z = *random += 0x9e3779b97f4a7c15u; /* splitmix64 */
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return ((z >> 32) * below) >> 32; /* below is under 2^32 */
}

/* Values of a gene's net in the first block; NULL when the parent's circuit lacks them. */
static const uint64_t *known_values(const struct search *s, int gene)
{
    if (gene >= s->first && !s->is_active[gene - s->first])
        return NULL;
    const int net = s->parent.alias[gene];
    if (net >= s->first && !s->parent.used[net])
        return NULL;
    return slot(s, 0, net, s->block[0].slot[net]);
}

/* Of a few random nets the one that differs least from another net, in the first block. */
static int similar_net(struct search *s, int than, int below)
{
    const uint64_t *old = known_values(s, than);
    int best = -1, found = 0;
    int64_t least = 0;
    for (int k = 0; k < CANDIDATES; k++) {
        const int net = (int)draw(&s->state->random, (uint64_t)below);
        const uint64_t *values = known_values(s, net);
        if (k == 0)
            found = net;
        if (!old || !values || values == old)
            continue;
        const int64_t distance = s->path->distance(old, values, s->block_words);
        if (best < 0 || distance < least) {
            least = distance;
            best = net;
        }
    }
    return best < 0 ? found : best;
}

static int random_gene(struct search *s, int gene)
{
    const int nodes = s->task->nodes, is_output = gene >= 3 * nodes;
    if (!is_output && gene % 3 == 0)
        return s->task->function[draw(&s->state->random, (uint64_t)s->task->functions)];
    const int below = is_output ? s->nets : s->first + gene / 3;
    if (!s->task->in_full && draw(&s->state->random, 2))
        return similar_net(s, s->state->genes[gene], below);
    return (int)draw(&s->state->random, (uint64_t)below);
}

/* Changes a few genes and keeps what they were; whether the parent's circuit reads one of them. */
int mutate(struct search *s, int *count)
{
    int is_read = 0;
    int32_t *genes = s->state->genes;
    *count = 1 + (int)draw(&s->state->random, (uint64_t)s->task->mutations);
    for (int k = 0; k < *count; k++) {
        const int gene = (int)draw(&s->state->random, (uint64_t)s->genes);
        const int value = random_gene(s, gene);
        s->undo[2 * k] = gene;
        s->undo[2 * k + 1] = genes[gene];
        if (genes[gene] != value &&
            (gene >= 3 * s->task->nodes || s->is_active[gene / 3]))
            is_read = 1;
        genes[gene] = value;
    }
    return is_read;
}

void restore(struct search *s, int count)
{
    for (int k = count - 1; k >= 0; k--)
        s->state->genes[s->undo[2 * k]] = s->undo[2 * k + 1];
}
