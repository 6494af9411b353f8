/* Arithmetic on bit planes, for one width of machine vector.
 *
 * Included once per instruction set. The includer defines PATH(name), the vector type VEC of
 * LANES 64-bit words, and POPCOUNT(v): the number of ones in each word.
 * Word i of plane j holds bit j of the values of 64 operand pairs.
 */

/* out = f(x, y) for the truth table f (bit x + 2 y); whether out differs from old. */
static int PATH(gate)(int f, const uint64_t *x, const uint64_t *y, const uint64_t *old,
                      uint64_t *out, int words)
{
    VEC changed = {0};
#define EACH(value) \
    for (int i = 0; i < words; i += LANES) { \
        const VEC p = *(const VEC *)(x + i), q = *(const VEC *)(y + i), r = (value); \
        (void)q; \
        changed |= r ^ *(const VEC *)(old + i); \
        *(VEC *)(out + i) = r; \
    } \
    break
    switch (f) {
    case 1: EACH(~(p | q));
    case 2: EACH(p & ~q);
    case 4: EACH(~p & q);
    case 5: EACH(~p);
    case 6: EACH(p ^ q);
    case 7: EACH(~(p & q));
    case 8: EACH(p & q);
    case 9: EACH(~(p ^ q));
    case 11: EACH(p | ~q);
    case 13: EACH(~p | q);
    case 14: EACH(p | q);
    default: break;
    }
#undef EACH
    uint64_t any = 0;
    for (int i = 0; i < LANES; i++)
        any |= changed[i];
    return any != 0;
}

/* Values of all nets of a circuit in a block; place says where those of the inputs lie. */
static void PATH(block)(const struct circuit *circuit, const uint64_t **place, int words)
{
#define EACH(value) \
    for (int i = 0; i < words; i += LANES) { \
        const VEC p = *(const VEC *)(x + i), q = *(const VEC *)(y + i); \
        (void)q; \
        *(VEC *)(out + i) = (value); \
    } \
    break
    for (int k = 0; k < circuit->count; k++) {
        const int net = circuit->order[k];
        const uint64_t *x = place[circuit->x[net]], *y = place[circuit->y[net]];
        uint64_t *out = (uint64_t *)place[net];
        switch (circuit->f[net]) {
        case 1: EACH(~(p | q));
        case 2: EACH(p & ~q);
        case 4: EACH(~p & q);
        case 5: EACH(~p);
        case 6: EACH(p ^ q);
        case 7: EACH(~(p & q));
        case 8: EACH(p & q);
        case 9: EACH(~(p ^ q));
        case 11: EACH(p | ~q);
        case 13: EACH(~p | q);
        case 14: EACH(p | q);
        default: break;
        }
    }
#undef EACH
}

/* In how many bits two planes differ. */
static int64_t PATH(distance)(const uint64_t *x, const uint64_t *y, int words)
{
    VEC count = {0};
    int64_t sum = 0;
    for (int i = 0; i < words; i += LANES)
        count += POPCOUNT(*(const VEC *)(x + i) ^ *(const VEC *)(y + i));
    for (int i = 0; i < LANES; i++)
        sum += (int64_t)count[i];
    return sum;
}

/* Adds up the error exact - product of a block; 0 when a pair breaks a rule by itself. */
static int PATH(error)(const struct product *product, const uint64_t *exact,
                       const struct rules *rules, int words, struct sums *sums)
{
    const int planes = rules->planes, bits = product->bits;
    VEC absolute = {0}, total = {0}, broken = {0};
    for (int i = 0; i < words; i += LANES) {
        VEC e[MAX_PLANES], borrow = {0}, extension = {0}, any = {0}, sign = {0};
        if (product->is_signed)
            extension = *(const VEC *)(product->plane[bits - 1] + i);
        for (int j = 0; j < planes; j++) {
            const VEC p = j < bits ? *(const VEC *)(product->plane[j] + i) : extension;
            const VEC x = *(const VEC *)(exact + j * words + i);
            e[j] = x ^ p ^ borrow;
            borrow = (~x & (p | borrow)) | (p & borrow);
            any |= p;
            sign = e[j];
        }
        VEC larger = sign, count = POPCOUNT(sign), sum = {0};
        for (int j = 0; j < planes - 1; j++) {
            const VEC t = e[j] ^ sign; /* |e| is t where e >= 0, else t + 1 */
            count += POPCOUNT(t) << j;
            larger = (rules->wce >> j) & 1 ? larger & t : larger | t;
        }
        const VEC weight = *(const VEC *)(product->weights + i);
        absolute += count * weight;
        if (rules->wce >= 0)
            broken |= larger;
        if (rules->zero)
            broken |= any & *(const VEC *)(product->zero + i);
        if (rules->mean >= 0) {
            for (int j = 0; j < planes - 1; j++)
                sum += POPCOUNT(e[j]) << j;
            total += (sum - (POPCOUNT(sign) << (planes - 1))) * weight;
        }
    }
    uint64_t any = 0;
    sums->absolute = sums->total = 0;
    for (int i = 0; i < LANES; i++) {
        any |= broken[i];
        sums->absolute += absolute[i];
        sums->total += (int64_t)total[i];
    }
    return any == 0;
}

/* Toggles of every net in LANE_WORDS words of transitions: glitches of a step and longer count.
 *
 * A wave is the values from the net's first change on, one per step, after the settled value
 * before; it is still after the last. A net that never changes has one value.
 */
static void PATH(activity)(const struct circuit *circuit, struct wave *waves, uint64_t *toggles)
{
    for (int k = 0; k < circuit->count; k++) {
        const int net = circuit->order[k], f = circuit->f[net], delay = circuit->delay[f];
        const struct wave *x = &waves[circuit->x[net]], *y = &waves[circuit->y[net]];
        struct wave *wave = &waves[net];
        const int first = x->first < y->first ? x->first : y->first;
        const int last = x->last > y->last ? x->last : y->last;
        const int length = first <= last ? last - first + 2 : 1;
        wave->first = length > 1 ? first + delay : NEVER;
        wave->last = length > 1 ? last + delay : -1;
        VEC toggled = {0};
#define EACH(value) \
    for (int t = 0; t < length; t++) { \
        const uint64_t *xs = at(x, first + t - 1), *ys = at(y, first + t - 1); \
        uint64_t *out = wave->words + t * LANE_WORDS; \
        for (int i = 0; i < LANE_WORDS; i += LANES) { \
            const VEC p = *(const VEC *)(xs + i), q = *(const VEC *)(ys + i), r = (value); \
            (void)q; \
            *(VEC *)(out + i) = r; \
            if (t) \
                toggled += POPCOUNT(r ^ *(const VEC *)(out + i - LANE_WORDS)); \
        } \
    } \
    break
        switch (f) {
        case 1: EACH(~(p | q));
        case 2: EACH(p & ~q);
        case 4: EACH(~p & q);
        case 5: EACH(~p);
        case 6: EACH(p ^ q);
        case 7: EACH(~(p & q));
        case 8: EACH(p & q);
        case 9: EACH(~(p ^ q));
        case 11: EACH(p | ~q);
        case 13: EACH(~p | q);
        case 14: EACH(p | q);
        default: break;
        }
#undef EACH
        for (int i = 0; i < LANES; i++)
            toggles[net] += toggled[i];
    }
}
