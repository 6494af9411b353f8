/* What sums start from, and what becomes of them. */

#define AT_ONCE 64 /* positions whose sums stay in the first cache from step to step */

/* Bias, sum of codes and control variate of one filter; p is a position of the slice. */
static ALWAYS_INLINE uint32_t PATH(start)(const struct lookup *l, const struct workspace *w,
                                          int32_t bias, int32_t f, int64_t p)
{
    uint32_t start = (uint32_t)bias;
    if (l->has_sums)
        start += (uint32_t)l->sum_factor[f] * (uint32_t)w->window[p];
    if (l->has_variate) {
        const int64_t half = l->fraction ? INT64_C(1) << (l->fraction - 1) : 0;
        start += (uint32_t)((l->variate_factor[f] * w->variate[p] + half) >> l->fraction);
    }
    return start;
}

/* The same sums everywhere: what `lanes` of them start from is copied to all positions. */
static ALWAYS_INLINE void PATH(copy_start)(const uint32_t *start, int64_t positions,
                                           const int32_t lanes, uint32_t *sums)
{
    for (int64_t p = 0; p < positions; p++)
        memcpy(sums + p * lanes, start, (size_t)lanes * sizeof *sums);
}

static void PATH(start_alike)(const struct filter_block *b, const int32_t *bias, int64_t positions,
                              int is_paired, uint32_t *sums)
{
    uint32_t start[MOST_LANES] = {0};
    memcpy(start, bias + b->first, (size_t)b->count * sizeof *bias);
    for (int32_t i = 0; is_paired && i < b->lanes / 2; i++)
        start[i] += start[b->lanes / 2 + i] << 16;
    switch (b->lanes) { /* copies of known length are vectors */
    case 8: PATH(copy_start)(start, positions, 8, sums); break;
    case 16: PATH(copy_start)(start, positions, 16, sums); break;
    case 32: PATH(copy_start)(start, positions, 32, sums); break;
    default: PATH(copy_start)(start, positions, b->lanes, sums); break;
    }
}

/* Filters first to last of a block, of one group. */
static void PATH(start_group)(const struct lookup *l, const struct slice *s,
                              const struct filter_block *b, const struct workspace *w,
                              const int32_t *bias, int32_t first, int32_t last)
{
    const int64_t positions = s->images * s->rows * l->out_width;
    const int32_t group = first / (l->filters / l->groups);
    if (l->has_sums)
        sum_windows(l, s, group, NULL, w->pixel, w->window);
    if (l->has_variate)
        sum_windows(l, s, group, l->variate, w->pixel, w->variate);
    for (int64_t p = 0; p < positions; p++)
        for (int32_t f = first; f < last; f++)
            w->sums[p * b->lanes + f - b->first] = PATH(start)(l, w, bias[f], f, p);
}

/* What rows are added to, from sums of filters; or back. */
static ALWAYS_INLINE void PATH(pair_lanes)(uint32_t *sums, int64_t positions, const int32_t lanes,
                                           const int is_back)
{
    for (int64_t p = 0; p < positions; p++, sums += lanes)
        for (int32_t i = 0; i < lanes / 2; i++) {
            const uint32_t upper = sums[lanes / 2 + i] << 16;
            sums[i] += is_back ? 0 - upper : upper;
        }
}

static void PATH(pair)(uint32_t *sums, int64_t positions, int32_t lanes)
{
    EACH_ROW(lanes, PATH(pair_lanes)(sums, positions, 8, 0),
             PATH(pair_lanes)(sums, positions, 16, 0), PATH(pair_lanes)(sums, positions, 32, 0))
}

static void PATH(part)(uint32_t *sums, int64_t positions, int32_t lanes)
{
    EACH_ROW(lanes, PATH(pair_lanes)(sums, positions, 8, 1),
             PATH(pair_lanes)(sums, positions, 16, 1), PATH(pair_lanes)(sums, positions, 32, 1))
}

static void PATH(start_sums)(const struct lookup *l, const struct slice *s,
                             const struct filter_block *b, const struct workspace *w,
                             int is_paired)
{
    const int64_t positions = s->images * s->rows * l->out_width;
    const int32_t per_group = l->filters / l->groups, end = b->first + b->count;
    const int32_t *bias = is_paired ? l->narrow_bias : l->bias;
    PATH(start_alike)(b, bias, positions, is_paired, w->sums);
    if (!l->has_sums && !l->has_variate)
        return;
    for (int32_t first = b->first, last; first < end; first = last) {
        last = (first / per_group + 1) * per_group;
        last = last < end ? last : end;
        PATH(start_group)(l, s, b, w, bias, first, last);
    }
    if (is_paired)
        PATH(pair)(w->sums, positions, b->lanes);
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
