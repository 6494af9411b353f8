/* The padded rows that a band of the output reads, through every table, and sums over windows. */

#include "factored.h"

#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 64
#define BAND_BYTES (1 << 17) /* beside weights in the second cache */

/* Rows of the output whose input fills the band; fours of rows, if possible, as tiles may go down
 * columns. */
int64_t most_rows(const struct factored *f)
{
    const int64_t line = (f->tables + all_sides(f)) * row_bytes(f) + 1; /* there may be neither */
    const int64_t rows = (BAND_BYTES / line - f->kernel_height) / f->stride_y + 1;
    const int64_t least = rows < 4 ? 4 : rows;
    return least < f->out_height ? least : f->out_height;
}

static size_t rounded(int64_t count, size_t size)
{
    return ((size_t)count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* Nonzero where there is not enough memory. */
int open_factored(struct factored_memory *m, const struct factored *f)
{
    const int64_t rows = most_rows(f), lines = band_lines(f, rows);
    const int64_t sums = all_sides(f) * f->groups;
    const size_t line = rounded(f->columns * f->channels + SPARE_BYTES, 1);
    const size_t band = rounded(lines * f->tables * row_bytes(f) + SPARE_BYTES, 1);
    const size_t pixel = rounded(sums * lines * f->columns, sizeof *m->pixel);
    const size_t window = rounded(sums * rows * f->out_width, sizeof *m->window);
    /* A four that ends behind the last position may be stored. */
    const size_t buffer = rounded(BUFFER_SUMS + 4 * MOST_VECTORS * 16, sizeof *m->buffer);
    uint8_t *memory = aligned_alloc(ALIGNMENT, 2 * line + band + pixel + window + buffer);
    m->memory = memory;
    if (memory == NULL)
        return 1;
    m->line = memory;
    m->translated = m->line + line;
    m->band = m->translated + line;
    m->pixel = (int32_t *)(m->band + band);
    m->window = (int32_t *)(m->band + band + pixel);
    m->buffer = (int32_t *)(m->band + band + pixel + window);
    memset(m->band + band - SPARE_BYTES, 0, SPARE_BYTES); /* read, and multiplied by 0 */
    return 0;
}

void close_factored(struct factored_memory *m)
{
    free(m->memory);
}

/* A row of the input with its padding; y may lie outside. */
static void fill_line(const struct factored *f, const uint8_t *image, int64_t y, uint8_t *line)
{
    const int64_t left = f->left < f->columns ? f->left : f->columns, rest = f->columns - left;
    const int64_t used = y < 0 || y >= f->height ? 0 : f->width < rest ? f->width : rest;
    uint8_t *end = line + (left + used) * f->channels;
    memset(line, (int)f->fill, (size_t)(left * f->channels));
    if (used)
        memcpy(line + left * f->channels, image + y * f->width * f->channels,
               (size_t)(used * f->channels));
    memset(end, (int)f->fill, (size_t)((rest - used) * f->channels));
}

static void widen(const uint8_t *from, int64_t count, uint8_t *to)
{
    for (int64_t i = 0; i < count; i++) {
        const int16_t x = from[i];
        memcpy(to + 2 * i, &x, sizeof x);
    }
}

/* Eight bytes at once: pairs, then all in the highest 16 bits. */
static int32_t sum_of_bytes(const uint8_t *bytes, int64_t count)
{
    const uint64_t low = UINT64_C(0x00ff00ff00ff00ff), ones = UINT64_C(0x0001000100010001);
    int64_t sum = 0, i = 0;
    for (; i + 8 <= count; i += 8) {
        uint64_t x;
        memcpy(&x, bytes + i, sizeof x);
        sum += (int64_t)((((x & low) + (x >> 8 & low)) * ones) >> 48);
    }
    for (; i < count; i++)
        sum += bytes[i];
    return (int32_t)sum;
}

static void sum_pixels(const struct factored *f, const uint8_t *line, int64_t row, int64_t lines,
                       int32_t *pixel)
{
    const int64_t channels = f->channels / f->groups;
    for (int64_t g = 0; g < f->groups; g++, pixel += lines * f->columns)
        for (int64_t x = 0; x < f->columns; x++)
            pixel[row * f->columns + x] =
                sum_of_bytes(line + x * f->channels + g * channels, channels);
}

/* Sums over the windows of a band from those over the channels of its pixels. */
static void sum_windows(const struct factored *f, const int32_t *pixel, int64_t rows, int32_t *window)
{
    for (int64_t y = 0; y < rows; y++, window += f->out_width) {
        memset(window, 0, (size_t)f->out_width * sizeof *window);
        for (int64_t k = 0; k < f->kernel_height * f->kernel_width; k++) {
            const int64_t line = y * f->stride_y + k / f->kernel_width;
            const int32_t *from = pixel + line * f->columns + k % f->kernel_width;
            for (int64_t x = 0; x < f->out_width; x++)
                window[x] += from[x * f->stride_x];
        }
    }
}

void fill_band(const struct factored *f, const struct band *b, translate *by,
               const struct factored_memory *m)
{
    const int64_t lines = band_lines(f, b->rows), count = f->columns * f->channels;
    uint8_t *to = m->band;
    for (int64_t row = 0; row < lines; row++) {
        fill_line(f, b->image, b->first * f->stride_y - f->top + row, m->line);
        for (int64_t t = 0; t < f->tables; t++, to += row_bytes(f)) {
            const int is_same = f->is_same[t];
            const uint8_t *from = is_same ? m->line : f->element == 1 ? to : m->translated;
            if (!is_same)
                by(f->table + 256 * t, m->line, (uint8_t *)from, count);
            if (f->element == 2)
                widen(from, count, to);
            else if (is_same)
                memcpy(to, from, (size_t)count);
        }
        for (int64_t s = 0; s < all_sides(f); s++) {
            by(f->side_table + 256 * s, m->line, m->translated, count);
            sum_pixels(f, m->translated, row, lines, m->pixel + s * f->groups * lines * f->columns);
        }
    }
    for (int64_t s = 0; s < all_sides(f) * f->groups; s++)
        sum_windows(f, m->pixel + s * lines * f->columns, b->rows,
                    m->window + s * b->rows * f->out_width);
}
