/* Cartesian genetic programming: (1 + lambda) search with neutral drift over gate netlists.
 *
 * A child is the parent with a few genes changed. Its wires and constants are folded first; a
 * child whose folded circuit is the parent's is neutral and taken as it is. Any other is one
 * evaluation: depth, then (when the objective is area) cost, then the error block by block until
 * a rule is broken, then the activity. Values of the parent's nets are kept, so that of a child
 * only what changes in a block is computed again.
 *
 * hwgen/kernels/fallback.py says the same in Python, and tests hold the two against each other.
 */

#include "evolve.h"

#include <stdlib.h>
#include <string.h>

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

static uint64_t draw(uint64_t *random, uint64_t below)
{
    uint64_t z = *random += 0x9e3779b97f4a7c15u; /* splitmix64 */
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return ((z >> 32) * below) >> 32; /* below is under 2^32 */
}

/* ---- from genes to a circuit ---- */

static void mark_active(const struct search *s, const int32_t *genes, uint8_t *active)
{
    const int nodes = s->task->nodes;
    memset(active, 0, (size_t)nodes);
    for (int j = 0; j < s->task->outputs; j++)
        if (genes[3 * nodes + j] >= s->first)
            active[genes[3 * nodes + j] - s->first] = 1;
    for (int n = nodes - 1; n >= 0; n--)
        if (active[n])
            for (int k = 1; k <= 2; k++)
                if (genes[3 * n + k] >= s->first)
                    active[genes[3 * n + k] - s->first] = 1;
}

/* A function of one net z with values low (z = 0) and high (z = 1), as net number `net`. */
static int unary(struct circuit *c, int net, int low, int high, int z)
{
    if (low == high)
        return low;
    if (high)
        return z;
    if (z < 2)
        return 1 - z;
    if (c->f[z] == 5)
        return c->x[z];
    c->f[net] = 5;
    c->x[net] = c->y[net] = z;
    return net;
}

static int folded(struct circuit *c, int net, int f, int x, int y)
{
    if (f == 10)
        return x;
    if (f == 5)
        return unary(c, net, 1, 0, x);
    if (x < 2)
        return unary(c, net, (f >> x) & 1, (f >> (x + 2)) & 1, y);
    if (y < 2)
        return unary(c, net, (f >> (2 * y)) & 1, (f >> (2 * y + 1)) & 1, x);
    if (x == y)
        return unary(c, net, f & 1, (f >> 3) & 1, x);
    c->f[net] = f;
    c->x[net] = x;
    c->y[net] = y;
    return net;
}

static void decode(struct search *s, const int32_t *genes, uint8_t *active, struct circuit *c)
{
    const int nodes = s->task->nodes, first = s->first;
    mark_active(s, genes, active);
    memset(c->used, 0, sizeof *c->used * (size_t)s->nets);
    for (int net = 0; net < first; net++)
        c->alias[net] = net;
    for (int n = 0; n < nodes; n++)
        if (active[n]) {
            const int32_t *gene = genes + 3 * n;
            c->alias[first + n] =
                folded(c, first + n, gene[0], c->alias[gene[1]], c->alias[gene[2]]);
        }
    for (int j = 0; j < s->task->outputs; j++) {
        c->output[j] = c->alias[genes[3 * nodes + j]];
        c->used[c->output[j]] = 1;
    }
    c->count = 0;
    for (int net = s->nets - 1; net >= first; net--)
        if (c->used[net]) {
            c->used[c->x[net]] = c->used[c->y[net]] = 1;
            c->count++;
        }
    for (int net = first, k = 0; k < c->count; net++)
        if (c->used[net])
            c->order[k++] = net;
}

static int is_same(const struct search *s, const struct circuit *a, const struct circuit *b)
{
    if (a->count != b->count ||
        memcmp(a->output, b->output, sizeof *a->output * (size_t)s->task->outputs))
        return 0;
    for (int k = 0; k < a->count; k++) {
        const int net = a->order[k];
        if (net != b->order[k] || a->f[net] != b->f[net] || a->x[net] != b->x[net] ||
            a->y[net] != b->y[net])
            return 0;
    }
    return 1;
}

/* ---- what a circuit costs ---- */

/* Time steps of the longest path. */
static int depth(struct search *s, const struct circuit *c)
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
static int64_t penalty(const struct search *s, int steps)
{
    const int late = steps - s->task->limit_delay;
    return late > 0 ? late * STEP_PENALTY : 0;
}

static int64_t area(const struct search *s, const struct circuit *c)
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
static int64_t energy(struct search *s, const struct circuit *c)
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

/* ---- whether a circuit keeps the rules ---- */

static uint64_t *slot(const struct search *s, int block, int net, int which)
{
    const size_t index = ((size_t)block * (size_t)s->nets + (size_t)net) * 2 + (size_t)which;
    return s->words + index * (size_t)s->block_words;
}

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
static int keeps_rules(struct search *s, const struct circuit *c, const struct circuit *old,
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
static int keeps_rules_in_full(struct search *s, const struct circuit *c, struct sums *all)
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

static void exchange(struct search *s)
{
    const struct circuit circuit = s->parent;
    uint8_t *active = s->is_active;
    s->parent = s->child;
    s->child = circuit;
    s->is_active = s->child_active;
    s->child_active = active;
}

/* The child becomes the parent. */
static void take(struct search *s, const struct circuit *old)
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

/* ---- the search ---- */

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
static int mutate(struct search *s, int *count)
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

static void restore(struct search *s, int count)
{
    for (int k = count - 1; k >= 0; k--)
        s->state->genes[s->undo[2 * k]] = s->undo[2 * k + 1];
}

/* Cost of the child, or -1 when it breaks a rule or costs more than the parent. */
static int64_t judged(struct search *s)
{
    const struct task *t = s->task;
    struct sums sums;
    const int steps = depth(s, &s->child);
    int64_t cost = t->area_weight * area(s, &s->child) + penalty(s, steps);
    if (steps > MAX_STEPS || (!t->in_full && cost > s->state->cost))
        return -1;
    if (!(t->in_full ? keeps_rules_in_full(s, &s->child, &sums)
                     : keeps_rules(s, &s->child, &s->parent, &sums)))
        return -1;
    s->state->feasible++;
    if (t->energy_weight)
        cost += t->energy_weight * energy(s, &s->child);
    return cost <= s->state->cost ? cost : -1;
}

/* One child; its cost when it may replace the parent, else -1. Neutral ones cost the same. */
static int64_t child_cost(struct search *s, int is_read)
{
    if (is_read) {
        s->is_fresh = 0;
        decode(s, s->state->genes, s->child_active, &s->child);
        if (!is_same(s, &s->parent, &s->child)) {
            s->state->evaluations++;
            return judged(s);
        }
    }
    s->state->neutral++;
    return s->state->cost;
}

static void adopt(struct search *s, int64_t cost)
{
    struct sums sums;
    if (!s->is_fresh) { /* a sibling came after it */
        decode(s, s->state->genes, s->child_active, &s->child);
        if (!is_same(s, &s->parent, &s->child) && !s->task->in_full)
            keeps_rules(s, &s->child, &s->parent, &sums);
    }
    if (is_same(s, &s->parent, &s->child)) {
        exchange(s); /* other genes of the same circuit */
        return;
    }
    take(s, &s->parent);
    s->state->cost = cost;
    s->state->accepted++;
}

static void generation(struct search *s)
{
    int count, differs = 0;
    int64_t best = -1;
    const size_t size = sizeof *s->best * (size_t)s->genes;
    for (int k = 0; k < s->task->children; k++) {
        const int is_read = mutate(s, &count);
        const int64_t cost = child_cost(s, is_read);
        if (cost >= 0 && (best < 0 || cost <= best)) {
            best = cost;
            differs = s->is_fresh = is_read;
            memcpy(s->best, s->state->genes, size);
        }
        restore(s, count);
    }
    if (best >= 0) {
        memcpy(s->state->genes, s->best, size);
        if (differs)
            adopt(s, best);
    }
}

/* ---- memory ---- */

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

static void close_search(struct search *s)
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

static int open_search(struct search *s, const struct path *path, const struct task *t,
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

/* The state's genome becomes the parent; figures: |error|, error, cost, area, energy, rules kept,
 * in time. */
static void start(struct search *s, int64_t *figures)
{
    struct sums sums;
    decode(s, s->state->genes, s->child_active, &s->child);
    const int steps = depth(s, &s->child);
    const int64_t surface = area(s, &s->child);
    const int64_t work = s->task->energy_weight && steps <= MAX_STEPS ? energy(s, &s->child) : 0;
    const int is_good = keeps_rules(s, &s->child, NULL, &sums);
    take(s, NULL);
    s->state->cost = s->task->area_weight * surface + s->task->energy_weight * work +
                     penalty(s, steps);
    const int64_t found[] = {(int64_t)sums.absolute, sums.total, s->state->cost, surface, work,
                             is_good, steps <= s->task->limit_delay};
    memcpy(figures, found, sizeof found);
}

int assess(const struct path *path, const struct task *task, struct state *state,
           int64_t *figures)
{
    struct search s;
    const int is_open = open_search(&s, path, task, state);
    s.rules.mean = 0; /* count the mean error, bounded or not */
    if (is_open)
        start(&s, figures);
    close_search(&s);
    return is_open ? 0 : -1;
}

/* Searches until the state counts that many evaluations more; -1 when memory runs out. */
int evolve(const struct path *path, const struct task *task, struct state *state,
           int64_t evaluations)
{
    struct search s;
    int64_t figures[7];
    const int is_open = open_search(&s, path, task, state);
    if (is_open) {
        const int64_t end = state->evaluations + evaluations;
        start(&s, figures);
        while (state->evaluations < end)
            generation(&s);
    }
    close_search(&s);
    return is_open ? 0 : -1;
}
