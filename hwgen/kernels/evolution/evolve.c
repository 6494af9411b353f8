/* Cartesian genetic programming: (1 + lambda) search with neutral drift over gate netlists.
 *
 * A child is the parent with a few genes changed. Its wires and constants are folded first; a
 * child whose folded circuit is the parent's is neutral and taken as it is. Any other is one
 * evaluation: depth and area, then the error block by block until a rule is broken, then the
 * activity.
 *
 * hwgen/kernels/fallback.py says the same in Python, and tests hold the two against each other.
 */

#include "search.h"

#include <string.h>

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
