/* Layers without weights, for one instruction set: see elementwise.h. */

#include "../requantize.h"

static void PATH(look_up)(const struct addition *s, const uint8_t *a, const uint8_t *b,
                          int64_t count, uint32_t *sums)
{
    int64_t i = 0;
#ifdef GATHER
    for (; i + LANES <= count; i += LANES) {
        const VU x = (VU)GATHER(s->first, WIDEN(a + i)) + (VU)GATHER(s->second, WIDEN(b + i));
        memcpy(sums + i, &x, sizeof x);
    }
#endif
    for (; i < count; i++)
        sums[i] = (uint32_t)s->first[a[i]] + (uint32_t)s->second[b[i]];
}

static void PATH(add)(const struct addition *s, const struct requantization *r, const uint8_t *a,
                      const uint8_t *b, int64_t count, uint8_t *out)
{
    uint32_t sums[BLOCK];
    for (int64_t first = 0; first < count; first += BLOCK, a += BLOCK, b += BLOCK, out += BLOCK) {
        const int64_t rest = count - first < BLOCK ? count - first : BLOCK;
        if (s->is_linear)
            for (int64_t i = 0; i < rest; i++)
                sums[i] = a[i] * s->slope[0] + b[i] * s->slope[1] + s->constant;
        else
            PATH(look_up)(s, a, b, rest, sums);
        PATH(requantize_plane)(r, 0, (const int32_t *)sums, rest, out, 1);
    }
}

/* The taps of a window that lie inside the input. */
struct PATH(window) {
    int64_t y, end_y, x, end_x, taps;
};

static struct PATH(window) PATH(window_at)(const struct pooling *p, int64_t y, int64_t x)
{
    struct PATH(window) w;
    w.y = y * p->stride_y - p->top;
    w.x = x * p->stride_x - p->left;
    w.end_y = w.y + p->kernel_height < p->height ? w.y + p->kernel_height : p->height;
    w.end_x = w.x + p->kernel_width < p->width ? w.x + p->kernel_width : p->width;
    w.y = w.y < 0 ? 0 : w.y;
    w.x = w.x < 0 ? 0 : w.x;
    w.taps = w.end_y > w.y && w.end_x > w.x ? (w.end_y - w.y) * (w.end_x - w.x) : 0;
    return w;
}

/* Which table or factor a window takes; one outside the input the last, as any other. */
static int64_t PATH(choice)(const struct pooling *p, int64_t taps)
{
    return !p->by_taps ? 0 : taps ? taps - 1 : p->kernel_height * p->kernel_width - 1;
}

static void PATH(find_largest)(const struct pooling *p, const uint8_t *image, int64_t y, int64_t x,
                               translate *by, uint8_t *out)
{
    const struct PATH(window) w = PATH(window_at)(p, y, x);
    memset(out, 0, (size_t)p->channels);
    for (int64_t i = w.y; i < w.end_y; i++)
        for (int64_t j = w.x; j < w.end_x; j++) {
            const uint8_t *codes = image + (i * p->width + j) * p->channels;
            for (int64_t c = 0; c < p->channels; c++)
                out[c] = out[c] > codes[c] ? out[c] : codes[c];
        }
    if (p->table != NULL)
        by(p->table + 256 * PATH(choice)(p, w.taps), out, out, p->channels);
}

static void PATH(average)(const struct pooling *p, const struct requantization *r,
                          const uint8_t *image, int64_t y, int64_t x, uint8_t *out)
{
    const struct PATH(window) w = PATH(window_at)(p, y, x);
    int32_t sums[BLOCK];
    for (int64_t first = 0; first < p->channels; first += BLOCK) {
        const int64_t count = p->channels - first < BLOCK ? p->channels - first : BLOCK;
        for (int64_t c = 0; c < count; c++)
            sums[c] = (int32_t)(-p->offset * w.taps);
        for (int64_t i = w.y; i < w.end_y; i++)
            for (int64_t j = w.x; j < w.end_x; j++) {
                const uint8_t *codes = image + (i * p->width + j) * p->channels + first;
                for (int64_t c = 0; c < count; c++)
                    sums[c] += codes[c];
            }
        PATH(requantize_plane)(r, PATH(choice)(p, w.taps), sums, count, out + first, 1);
    }
}

static void PATH(pool)(const struct pooling *p, const struct requantization *r, translate *by,
                       const uint8_t *codes, int64_t images, uint8_t *out)
{
    for (int64_t n = 0; n < images; n++, codes += p->height * p->width * p->channels)
        for (int64_t y = 0; y < p->out_height; y++)
            for (int64_t x = 0; x < p->out_width; x++, out += p->channels)
                if (p->is_max)
                    PATH(find_largest)(p, codes, y, x, by, out);
                else
                    PATH(average)(p, r, codes, y, x, out);
}
