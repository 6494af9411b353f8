/* Depthwise layers: 16 channels at once, each with products of its own.
 *
 * Where there are instructions that load from as many places as a vector has lanes, they are used.
 */

#define CHANNELS 16 /* of a block of filters, and of the plane */

static ALWAYS_INLINE VI PATH(products_at)(const int32_t *products, VI where)
{
#if LANES == 16
    return (VI)_mm512_i32gather_epi32((__m512i)where, products, 4);
#elif LANES == 8
    return (VI)_mm256_i32gather_epi32(products, (__m256i)where, 4);
#else
    VI found;
    for (int i = 0; i < LANES; i++)
        found[i] = products[where[i]];
    return found;
#endif
}

/* Products of one tap at one position: columns are where they start. */
static ALWAYS_INLINE void PATH(add_channel_tap)(const struct lookup *l, const int32_t *columns,
                                                const uint16_t *x, VU *sum)
{
    typedef uint16_t codes __attribute__((vector_size(2 * LANES), may_alias));
    for (int i = 0; i < CHANNELS / LANES; i++) {
        codes found;
        memcpy(&found, x + i * LANES, sizeof found);
        const VI code = (VI)(__builtin_convertvector(found, VU) / CODE_SCALE);
        VI where;
        memcpy(&where, columns + i * LANES, sizeof where);
        sum[i] += (VU)PATH(products_at)(l->products, where + code);
    }
}

/* A line of positions; columns[taps][CHANNELS]. A filter's channel is its own number. */
static void PATH(add_channels)(const struct lookup *l, const struct filter_block *b,
                               const int64_t *all_reach, const int32_t *columns, const uint16_t *x,
                               uint32_t *sums)
{
    const int64_t *reach = all_reach + (int64_t)b->first * l->taps;
    for (int32_t p = 0; p < l->out_width; p++, sums += CHANNELS) {
        VU sum[CHANNELS / LANES];
        memcpy(sum, sums, sizeof sum);
        for (int32_t k = 0; k < l->taps; k++)
            PATH(add_channel_tap)(l, columns + (int64_t)k * CHANNELS,
                                  x + reach[k] + (int64_t)p * l->stride_x * l->depth, sum);
        memcpy(sums, sum, sizeof sum);
    }
}

/* Where the products of each tap and channel start; channels that are not there have zeros. */
static void PATH(find_columns)(const struct lookup *l, const struct filter_block *b,
                               int32_t *columns)
{
    for (int32_t k = 0; k < l->taps; k++)
        for (int32_t f = 0; f < CHANNELS; f++)
            columns[k * CHANNELS + f] =
                f < b->count ? l->column[(int64_t)(b->first + f) * l->taps + k] * 256 : 0;
}
