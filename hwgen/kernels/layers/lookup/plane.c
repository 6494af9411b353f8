/* The padded input of a slice, in blocks of channels, and sums over its windows. */

#include "lookup.h"

#include <string.h>

static void copy_pixels(const uint8_t *codes, int64_t count, int32_t channels, int32_t used,
                        int32_t depth, uint16_t *plane)
{
    if (used == channels && depth == channels) { /* all lie together */
        for (int64_t i = 0; i < count * channels; i++)
            plane[i] = (uint16_t)(codes[i] * CODE_SCALE);
        return;
    }
    for (int64_t x = 0; x < count; x++, codes += channels, plane += depth) {
        if (used == 16) /* of known length, a vector */
            for (int c = 0; c < 16; c++)
                plane[c] = (uint16_t)(codes[c] * CODE_SCALE);
        else
            for (int32_t c = 0; c < used; c++)
                plane[c] = (uint16_t)(codes[c] * CODE_SCALE);
    }
}

static void fill_pixels(int64_t count, int32_t depth, int32_t code, uint16_t *plane)
{
    for (int64_t i = 0; i < count * depth; i++)
        plane[i] = (uint16_t)(code * CODE_SCALE);
}

/* One line of a block; y and x of the input may lie outside. */
static void fill_line(const struct lookup *l, const uint8_t *image, int64_t y, int32_t block,
                      uint16_t *plane)
{
    const int64_t end = l->width + (int64_t)l->left < l->plane_width ? l->width + l->left : l->plane_width;
    const int32_t first = block * l->depth, rest = l->channels - first;
    const int32_t used = rest < l->depth ? rest : l->depth;
    const int64_t left = l->left < l->plane_width ? l->left : l->plane_width;
    if (y < 0 || y >= l->height || end <= left) {
        fill_pixels(l->plane_width, l->depth, l->fill, plane);
        return;
    }
    fill_pixels(left, l->depth, l->fill, plane);
    copy_pixels(image + y * l->width * l->channels + first, end - left, l->channels, used,
                l->depth, plane + left * l->depth);
    fill_pixels(l->plane_width - end, l->depth, l->fill, plane + end * l->depth);
}

void fill_plane(const struct lookup *l, const struct slice *s, uint16_t *plane)
{
    const int64_t size = (int64_t)l->height * l->width * l->channels;
    const int64_t line = (int64_t)l->plane_width * l->depth;
    const int64_t lines = (int64_t)(s->rows - 1) * l->stride_y + l->kernel_height;
    const int64_t first = (int64_t)s->first_row * l->stride_y - l->top;
    for (int32_t block = 0; block < l->blocks; block++)
        for (int64_t n = 0; n < s->images; n++) {
            uint16_t *to = plane + (block * l->images + n) * plane_image(l);
            for (int64_t y = 0; y < lines; y++)
                fill_line(l, s->codes + n * size, first + y, block, to + y * line);
        }
}

/* Eight codes at once: pairs, then all in the highest 16 bits. */
static int64_t sum_of_codes(const uint8_t *codes, int32_t count)
{
    const uint64_t low = UINT64_C(0x00ff00ff00ff00ff), ones = UINT64_C(0x0001000100010001);
    int64_t sum = 0;
    int32_t c = 0;
    for (; c + 8 <= count; c += 8) {
        uint64_t x;
        memcpy(&x, codes + c, sizeof x);
        sum += (int64_t)((((x & low) + (x >> 8 & low)) * ones) >> 48);
    }
    for (; c < count; c++)
        sum += codes[c];
    return sum;
}

static int64_t sum_of_values(const uint8_t *codes, int32_t count, const int32_t *value)
{
    int64_t sum = 0;
    for (int32_t c = 0; c < count; c++)
        sum += value[codes[c]];
    return sum;
}

/* Sums over the channels of a group, of codes (value is NULL) or of their values. */
static void sum_line(const struct lookup *l, const uint8_t *codes, int64_t count,
                     const int32_t *value, int64_t *pixel)
{
    const int32_t channels = l->channels / l->groups;
    for (int64_t x = 0; x < count; x++, codes += l->channels)
        pixel[x] = value != NULL ? sum_of_values(codes, channels, value)
                                 : sum_of_codes(codes, channels);
}

static void sum_pixels(const struct lookup *l, const struct slice *s, int32_t group,
                       const int32_t *value, int64_t *pixel)
{
    const int32_t channels = l->channels / l->groups;
    const int64_t lines = (int64_t)(s->rows - 1) * l->stride_y + l->kernel_height;
    const int64_t outside = (int64_t)channels * (value != NULL ? value[l->fill] : l->fill);
    const int64_t rest = (int64_t)l->plane_width - l->left;
    const int64_t count = rest < 0 ? 0 : rest < l->width ? rest : l->width;
    for (int64_t n = 0; n < s->images; n++)
        for (int64_t line = 0; line < lines; line++) {
            const int64_t y = (int64_t)s->first_row * l->stride_y - l->top + line;
            int64_t *to = pixel + (n * l->plane_height + line) * l->plane_width;
            for (int64_t x = 0; x < l->plane_width; x++)
                to[x] = outside;
            if (y >= 0 && y < l->height)
                sum_line(l, s->codes + (n * l->height + y) * l->width * l->channels +
                                (int64_t)group * channels, count, value, to + l->left);
        }
}

/* Sums over the windows of all positions of a slice; pixel is room for those over channels. */
void sum_windows(const struct lookup *l, const struct slice *s, int32_t group,
                 const int32_t *value, int64_t *pixel, int64_t *sums)
{
    sum_pixels(l, s, group, value, pixel);
    for (int64_t n = 0; n < s->images; n++)
        for (int32_t y = 0; y < s->rows; y++, sums += l->out_width) {
            memset(sums, 0, (size_t)l->out_width * sizeof *sums);
            for (int32_t k = 0; k < l->kernel_height * l->kernel_width; k++) {
                const int64_t line = n * l->plane_height + (int64_t)y * l->stride_y + k / l->kernel_width;
                const int64_t *from = pixel + line * l->plane_width + k % l->kernel_width;
                for (int32_t x = 0; x < l->out_width; x++)
                    sums[x] += from[(int64_t)x * l->stride_x];
            }
        }
}
