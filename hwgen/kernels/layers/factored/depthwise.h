/* Sums of a few output positions of a depthwise convolution, for one width of machine vector.
 *
 * Lanes are channels, so a tap's weights are used LANES at a time, in 32 bits. Besides what
 * requantize.h needs, the includer defines WIDEN(codes): LANES bytes from there on as a VU.
 */

/* Four positions, `step` bytes apart from `from` on, of LANES channels from `channel` on. */
static inline void PATH(depthwise)(const struct factored *f, int64_t channel, const uint8_t *from,
                                   int64_t step, int32_t *to)
{
    const int32_t *weights = (const int32_t *)f->weights + channel;
    VU sums[4] = {{0}};
    for (int64_t run = 0; run < f->runs; run++, weights += f->filters + 16) {
        const VU w = (VU)PATH(load)(weights);
        for (int k = 0; k < 4; k++)
            sums[k] += WIDEN(from + f->run[run].offset + k * step) * w;
    }
    for (int k = 0; k < 4; k++) {
        const VU x = sums[k] + (VU)PATH(load)(f->bias + channel);
        memcpy(to + k * LANES, &x, sizeof x);
    }
}
