/* What a circuit costs: its depth, its area and the energy of sampled transitions. */

#include "search.h"

#include <string.h>

/* Time steps of the longest path. */
int depth(struct search *s, const struct circuit *c)
{
    int longest = 0;
    for (int k = 0; k < c->count; k++) {
        const int net = c->order[k], x = s->arrival[c->x[net]], y = s->arrival[c->y[net]];
        s->arrival[net] = (x > y ? x : y) + c->delay[c->f[net]];
        if (s->arrival[net] > longest)
            longest = s->arrival[net];
    }
    return longest;
}

/* What being late costs: more than anything else, so that a late parent gets faster first. */
int64_t penalty(const struct search *s, int steps)
{
    const int late = steps - s->task->limit_delay;
    return late > 0 ? late * STEP_PENALTY : 0;
}

int64_t area(const struct search *s, const struct circuit *c)
{
    int64_t sum = 0;
    for (int k = 0; k < c->count; k++)
        sum += s->task->area[c->f[c->order[k]]];
    return sum;
}

static void start_waves(struct search *s, int chunk)
{
    const struct task *t = s->task;
    for (int i = 0; i < t->inputs; i++) {
        struct wave *wave = &s->waves[2 + i];
        const size_t at = (size_t)i * (size_t)t->lane_words + (size_t)chunk * LANE_WORDS;
        memcpy(wave->words, t->before + at, sizeof(uint64_t) * LANE_WORDS);
        memcpy(wave->words + LANE_WORDS, t->after + at, sizeof(uint64_t) * LANE_WORDS);
        const int is_still = !memcmp(t->before + at, t->after + at, sizeof(uint64_t) * LANE_WORDS);
        wave->first = is_still ? NEVER : 0;
        wave->last = is_still ? -1 : 0;
        for (int k = 0; k < LANE_WORDS; k++)
            s->toggles[2 + i] += (uint64_t)__builtin_popcountll(t->before[at + (size_t)k] ^
                                                                t->after[at + (size_t)k]);
    }
}

/* Sum over nets of toggles times what a toggle costs: the driver's own share and the pins read. */
int64_t energy(struct search *s, const struct circuit *c)
{
    const struct task *t = s->task;
    int64_t sum = 0;
    memset(s->toggles, 0, sizeof *s->toggles * (size_t)s->nets);
    memset(s->load, 0, sizeof *s->load * (size_t)s->nets);
    for (int chunk = 0; chunk < t->lane_words / LANE_WORDS; chunk++) {
        start_waves(s, chunk);
        s->path->activity(c, s->waves, s->toggles);
    }
    for (int k = 0; k < c->count; k++) {
        const int net = c->order[k], f = c->f[net];
        s->load[net] += t->output_energy[f];
        s->load[c->x[net]] += t->pin_energy[f];
        if (f != 5)
            s->load[c->y[net]] += t->pin_energy[f];
    }
    for (int net = 2; net < s->nets; net++)
        sum += (int64_t)s->toggles[net] * s->load[net];
    return sum;
}
