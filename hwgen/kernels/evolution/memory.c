/* What a search allocates. */

#include "search.h"

#include <stdlib.h>
#include <string.h>

static void *space(size_t count, size_t size)
{
    void *memory = NULL;
    const size_t bytes = (count * size + 63) / 64 * 64;
    if (posix_memalign(&memory, 64, bytes ? bytes : 64))
        return NULL;
    return memset(memory, 0, bytes);
}

static int open_circuit(struct search *s, struct circuit *c)
{
    const size_t nets = (size_t)s->nets;
    c->delay = s->task->delay;
    c->f = space(nets, sizeof *c->f);
    c->x = space(nets, sizeof *c->x);
    c->y = space(nets, sizeof *c->y);
    c->order = space(nets, sizeof *c->order);
    c->used = space(nets, sizeof *c->used);
    c->alias = space(nets, sizeof *c->alias);
    c->output = space((size_t)s->task->outputs, sizeof *c->output);
    return c->f && c->x && c->y && c->order && c->used && c->alias && c->output;
}

static void close_circuit(struct circuit *c)
{
    free(c->f);
    free(c->x);
    free(c->y);
    free(c->order);
    free(c->used);
    free(c->alias);
    free(c->output);
}

void close_search(struct search *s)
{
    if (s->block)
        for (int block = 0; block < s->blocks; block++) {
            free(s->block[block].slot);
            free(s->block[block].dirty);
        }
    close_circuit(&s->parent);
    close_circuit(&s->child);
    free(s->undo);
    free(s->is_active);
    free(s->child_active);
    free(s->words);
    free(s->scratch);
    free(s->place);
    free(s->block);
    free(s->waves);
    free(s->wave_words);
    free(s->toggles);
    free(s->load);
    free(s->arrival);
    free(s->best);
}

static int open_blocks(struct search *s)
{
    const struct task *t = s->task;
    const size_t nets = (size_t)s->nets, words = (size_t)s->block_words;
    s->block = space((size_t)s->blocks, sizeof *s->block);
    s->words = space((size_t)s->blocks * nets * 2 * words, sizeof *s->words);
    if (!s->block || !s->words)
        return 0;
    for (int block = 0; block < s->blocks; block++) {
        s->block[block].slot = space(nets, 1);
        s->block[block].dirty = space(nets, 1);
        if (!s->block[block].slot || !s->block[block].dirty)
            return 0;
        memset(slot(s, block, 1, 0), 255, words * sizeof(uint64_t));
        for (int i = 0; i < t->inputs; i++)
            memcpy(slot(s, block, 2 + i, 0),
                   t->input_planes + (size_t)i * (size_t)t->words + (size_t)block * words,
                   words * sizeof(uint64_t));
    }
    return 1;
}

int open_search(struct search *s, const struct path *path, const struct task *t,
                       struct state *state)
{
    memset(s, 0, sizeof *s);
    s->path = path;
    s->task = t;
    s->state = state;
    s->first = 2 + t->inputs;
    s->nets = s->first + t->nodes;
    s->genes = 3 * t->nodes + t->outputs;
    s->block_words = t->words < BLOCK_WORDS ? t->words : BLOCK_WORDS;
    s->blocks = t->words / s->block_words;
    s->product.bits = t->outputs;
    s->product.is_signed = t->is_signed;
    s->rules = (struct rules){t->limit_wce, t->limit_mean, t->planes, t->zero};
    const size_t nets = (size_t)s->nets, wave = (MAX_STEPS + 2) * LANE_WORDS;
    s->undo = space(2 * (size_t)t->mutations, sizeof *s->undo);
    s->is_active = space((size_t)t->nodes, 1);
    s->child_active = space((size_t)t->nodes, 1);
    s->waves = space(nets, sizeof *s->waves);
    s->wave_words = space(nets * wave, sizeof *s->wave_words);
    s->toggles = space(nets, sizeof *s->toggles);
    s->load = space(nets, sizeof *s->load);
    s->arrival = space(nets, sizeof *s->arrival);
    s->best = space((size_t)s->genes, sizeof *s->best);
    s->scratch = space(nets * (size_t)s->block_words, sizeof *s->scratch);
    s->place = space(nets, sizeof *s->place);
    if (!s->undo || !s->is_active || !s->child_active || !s->waves ||
        !s->wave_words || !s->toggles || !s->load || !s->arrival || !s->best || !s->scratch || !s->place ||
        !open_circuit(s, &s->parent) || !open_circuit(s, &s->child) || !open_blocks(s))
        return 0;
    for (int net = 0; net < s->nets; net++)
        s->waves[net].words = s->wave_words + (size_t)net * wave;
    memset(s->scratch + s->block_words, 255, sizeof *s->scratch * (size_t)s->block_words);
    return 1;
}
