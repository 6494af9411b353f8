/* What sums start from, and what becomes of them. */

#define AT_ONCE 64 /* positions whose sums stay in the first cache from step to step */

/* From sums of filters to what rows are added to, and back. */
static ALWAYS_INLINE void PATH(pair)(uint32_t *sums, const int32_t lanes)
{
    for (int32_t i = 0; i < lanes / 2; i++)
        sums[i] += sums[lanes / 2 + i] << 16;
}

static ALWAYS_INLINE void PATH(part_lanes)(uint32_t *sums, int64_t positions, const int32_t lanes)
{
    for (int64_t p = 0; p < positions; p++, sums += lanes)
        for (int32_t i = 0; i < lanes / 2; i++)
            sums[i] -= sums[lanes / 2 + i] << 16;
}

static void PATH(part)(uint32_t *sums, int64_t positions, int32_t lanes)
{
    EACH_ROW(lanes, PATH(part_lanes)(sums, positions, 8), PATH(part_lanes)(sums, positions, 16),
             PATH(part_lanes)(sums, positions, 32))
}

/* sums = start + factor * codes at each position; factor is NULL where codes do not count. */
static ALWAYS_INLINE void PATH(start_lanes)(const uint32_t *start, const uint32_t *factor,
                                            const int64_t *codes, int64_t positions,
                                            const int32_t lanes, int32_t wide, uint32_t *sums)
{
    for (int64_t p = 0; p < positions; p++, sums += wide)
        for (int32_t i = 0; i < lanes; i++)
            sums[i] = factor == NULL ? start[i] : start[i] + factor[i] * (uint32_t)codes[p];
}

/* `lanes` sums of each position, of `wide` that it has. */
static void PATH(start_positions)(const uint32_t *start, const uint32_t *factor,
                                  const int64_t *codes, int64_t positions, int32_t lanes,
                                  int32_t wide, uint32_t *sums)
{
#define EACH(lanes) PATH(start_lanes)(start, factor, codes, positions, lanes, wide, sums)
    switch (lanes) { /* rows of known length are vectors */
    case 8: EACH(8); break;
    case 16: EACH(16); break;
    case 32: EACH(32); break;
    default: EACH(lanes); break;
    }
#undef EACH
}

/* Control variate of filters first to last, of one group. */
static void PATH(add_variate)(const struct lookup *l, const struct filter_block *b,
                              const int64_t *x, int32_t first, int32_t last, int64_t positions,
                              int is_paired, uint32_t *sums)
{
    const int64_t half = l->fraction ? INT64_C(1) << (l->fraction - 1) : 0;
    const int32_t middle = b->lanes / 2;
    for (int64_t p = 0; p < positions; p++, sums += b->lanes)
        for (int32_t f = first; f < last; f++) {
            const int64_t product = l->variate_factor[f] * x[p] + half;
            const uint32_t value = (uint32_t)(product >> l->fraction);
            const int32_t lane = f - b->first;
            sums[lane] += value;
            if (is_paired && lane >= middle)
                sums[lane - middle] += value << 16;
        }
}

/* Sums over the windows of a group, unless the last block of filters had the same. */
static void PATH(find_windows)(const struct lookup *l, const struct slice *s, int32_t group,
                               struct workspace *w)
{
    if (w->group == group)
        return;
    if (l->has_sums)
        sum_windows(l, s, group, NULL, w->pixel, w->window);
    if (l->has_variate)
        sum_windows(l, s, group, l->variate, w->pixel, w->variate);
    w->group = group;
}

static void PATH(start_sums)(const struct lookup *l, const struct slice *s,
                             const struct filter_block *b, struct workspace *w, int is_paired)
{
    const int64_t positions = s->images * s->rows * l->out_width;
    const int32_t per_group = l->filters / l->groups, end = b->first + b->count;
    const int32_t *bias = is_paired ? l->narrow_bias : l->bias;
    const int has_windows = l->has_sums || l->has_variate;
    for (int32_t first = b->first, last; first < end; first = last) {
        uint32_t start[MOST_LANES] = {0}, factor[MOST_LANES] = {0};
        last = has_windows ? (first / per_group + 1) * per_group : end;
        last = last < end ? last : end;
        const int32_t lane = first - b->first, count = last - first;
        memcpy(start, bias + first, (size_t)count * sizeof *bias);
        memcpy(factor, l->sum_factor + first, (size_t)count * sizeof *bias);
        if (is_paired) {
            PATH(pair)(start, b->lanes);
            PATH(pair)(factor, b->lanes);
        }
        if (has_windows)
            PATH(find_windows)(l, s, first / per_group, w);
        /* Only thin blocks hold several groups. */
        PATH(start_positions)(start, l->has_sums ? factor : NULL, w->window, positions,
                              count < b->count ? count : b->lanes, b->lanes, w->sums + lane);
        if (l->has_variate)
            PATH(add_variate)(l, b, w->variate, first, last, positions, is_paired, w->sums);
    }
}

static void PATH(finish_sums)(const struct lookup *l, const struct requantization *r,
                              const struct slice *s, const struct filter_block *b, uint32_t *sums,
                              int is_paired)
{
    const int64_t positions = s->images * s->rows * l->out_width;
    for (int64_t p = 0; p < positions; p += AT_ONCE, sums += AT_ONCE * b->lanes) {
        const int64_t count = positions - p < AT_ONCE ? positions - p : AT_ONCE;
        const int64_t at = p * l->filters + b->first;
        if (is_paired)
            PATH(part)(sums, count, b->lanes);
        if (r != NULL)
            PATH(requantize_rows)(r, b->first, b->count, (int32_t *)sums, b->lanes, count,
                                  s->out + at, l->filters);
        else
            for (int64_t i = 0; i < count; i++)
                memcpy(s->out + (at + i * l->filters) * 4, sums + i * b->lanes,
                       (size_t)b->count * sizeof *sums);
    }
}
