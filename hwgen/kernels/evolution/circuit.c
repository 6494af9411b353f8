/* From the genes of a genome to the circuit that they stand for; as hwgen/kernels/circuit.py. */

#include "search.h"

#include <string.h>

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

void decode(const struct search *s, const int32_t *genes, uint8_t *active, struct circuit *c)
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

int is_same(const struct search *s, const struct circuit *a, const struct circuit *b)
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
