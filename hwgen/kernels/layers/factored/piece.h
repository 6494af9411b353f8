/* A piece of a group's filters on its way through a band, for one width of machine vector. */

struct PATH(piece) {
    const struct factored *f;
    const struct requantization *r; /* NULL: sums are wanted */
    const struct factored_memory *m;
    const uint8_t *band, *weights; /* of the group; of the piece */
    int64_t group, filter, filters, rows;
    int vectors;
    void *out; /* where the band's first position goes: codes or sums of all filters */
};

static void PATH(multiply)(const struct PATH(piece) *p, const uint8_t *const *from, int64_t step,
                           int fours, int32_t *const *to)
{
#define TILE(fours, vectors) \
    PATH(tile)(p->f, p->weights, p->f->bias + p->filter, from, step, fours, vectors, to)
    if (!p->f->is_depthwise && fours == FOURS(p->vectors)) {
        switch (p->vectors) {
        case 1: TILE(FOURS(1), 1); break;
        case 2: TILE(FOURS(2), 2); break;
        case 3: TILE(FOURS(3), 3); break;
        default: TILE(FOURS(4), 4); break;
        }
        return;
    }
    for (int g = 0; g < fours; g++, from++, to++) {
        if (p->f->is_depthwise)
            PATH(depthwise)(p->f, p->filter, *from, step, *to);
        else
            switch (p->vectors) {
            case 1: TILE(1, 1); break;
            case 2: TILE(1, 2); break;
            case 3: TILE(1, 3); break;
            default: TILE(1, 4); break;
            }
    }
#undef TILE
}

/* Adds to `count` positions of the buffer what belongs to their windows: position `at` of the band
 * and those that follow, `step` apart. */
static void PATH(add_sides)(const struct PATH(piece) *p, int64_t at, int64_t step, int64_t count)
{
    const struct factored *f = p->f;
    const int64_t positions = p->rows * f->out_width;
    for (int64_t s = 0; s < f->sides; s++) {
        const int32_t *window = p->m->window + (s * f->groups + p->group) * positions + at;
        const int32_t *coefficient = f->coefficient + s * (f->filters + 16) + p->filter;
        int32_t *sums = p->m->buffer;
        for (int64_t i = 0; i < count; i++, window += step)
            for (int v = 0; v < p->vectors; v++, sums += LANES) {
                const VU more = (VU)PATH(load)(coefficient + v * LANES) * (uint32_t)*window;
                const VU x = (VU)PATH(load)(sums) + more;
                memcpy(sums, &x, sizeof x);
            }
    }
}

static void PATH(add_variate)(const struct PATH(piece) *p, int64_t at, int64_t step, int64_t count)
{
    const struct factored *f = p->f;
    const int64_t half = (INT64_C(1) << f->fraction) >> 1;
    const int32_t *window = p->m->window + at +
                            (f->sides * f->groups + p->group) * p->rows * f->out_width;
    uint32_t *sums = (uint32_t *)p->m->buffer;
    for (int64_t i = 0; i < count; i++, window += step, sums += p->vectors * LANES) {
        const int64_t sum = f->base + f->gain * *window;
        for (int64_t k = 0; k < p->filters; k++)
            sums[k] += (uint32_t)((f->factor[p->filter + k] * sum + half) >> f->fraction);
    }
}

/* The positions in the buffer leave it. */
static void PATH(finish)(const struct PATH(piece) *p, int64_t at, int64_t step, int64_t count)
{
    const struct factored *f = p->f;
    const int64_t wide = p->vectors * LANES, first = at * f->filters + p->filter;
    PATH(add_sides)(p, at, step, count);
    if (f->has_variate)
        PATH(add_variate)(p, at, step, count);
    if (p->r != NULL)
        PATH(requantize_rows)(p->r, p->filter, p->filters, p->m->buffer, wide, count,
                              (uint8_t *)p->out + first, step * f->filters);
    else
        for (int64_t i = 0; i < count; i++)
            memcpy((int32_t *)p->out + first + i * step * f->filters, p->m->buffer + i * wide,
                   (size_t)p->filters * sizeof *p->m->buffer);
}

/* Fours of positions that wait for a tile, and the positions that the buffer holds. */
struct PATH(queue) {
    const uint8_t *from[MOST_FOURS];
    int32_t *to[MOST_FOURS];
    int fours;
    int64_t begin, end; /* line * length + place in the line */
};

static void PATH(empty)(const struct PATH(piece) *p, const struct walk *w, struct PATH(queue) *q)
{
    const int64_t line = q->begin / w->length, place = q->begin % w->length;
    PATH(multiply)(p, q->from, w->length < 4 ? 0 : w->in_step, q->fours, q->to);
    PATH(finish)(p, line * w->out_line + place * w->out_step, w->out_step, q->end - q->begin);
    q->fours = 0;
}

/* All positions of the band, for the filters of the piece. */
static void PATH(run_piece)(const struct PATH(piece) *p)
{
    const struct walk w = walk_of(p->f, p->rows);
    const int64_t wide = p->vectors * LANES, room = BUFFER_SUMS / wide;
    const int64_t advance = w.length < 4 ? 1 : 4;
    const int is_whole = w.out_line == w.length * w.out_step; /* lines follow one another */
    struct PATH(queue) q = {.fours = 0};
    for (int64_t line = 0; line < w.lines; line++)
        for (int64_t k = 0; k < w.length; k += advance) {
            const int64_t place = k + advance > w.length ? w.length - 4 : k;
            const int64_t at = line * w.length + place;
            if (at + 4 - q.begin > room || (k == 0 && !is_whole)) {
                if (q.end > q.begin)
                    PATH(empty)(p, &w, &q);
                q.begin = at; /* what a four makes again leaves the buffer again */
            }
            q.from[q.fours] = p->band + line * w.in_line + place * w.in_step;
            q.to[q.fours++] = p->m->buffer + (at - q.begin) * wide;
            q.end = at + advance;
            if (q.fours == FOURS(p->vectors)) {
                PATH(multiply)(p, q.from, w.length < 4 ? 0 : w.in_step, q.fours, q.to);
                q.fours = 0;
            }
        }
    PATH(empty)(p, &w, &q);
}
