/* Runs one look-up convolution from standard input, on a machine other than the tests'.
 *
 * Input, in words of 64 bits: instruction set, images, bytes of the output, whether it is codes,
 * blobs, pointers; then each blob, its size first: struct lookup, struct requantization, codes,
 * and what the first two point to; then each pointer: blob and byte where it is, blob it is to.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int hwgen_layers_has(int set);
int hwgen_lookup(int set, const void *l, const void *r, const void *codes, int64_t images,
                 void *out);

static int64_t word(void)
{
    int64_t x;
    if (fread(&x, sizeof x, 1, stdin) != 1)
        exit(2);
    return x;
}

int main(void)
{
    static char *blob[64];
    const int64_t set = word(), images = word(), size = word(), is_codes = word();
    const int64_t blobs = word(), pointers = word();
    for (int64_t i = 0; i < blobs; i++) {
        const int64_t bytes = word();
        blob[i] = aligned_alloc(64, (size_t)(bytes + 64) / 64 * 64);
        if (fread(blob[i], 1, (size_t)bytes, stdin) != (size_t)bytes)
            return 2;
    }
    for (int64_t i = 0; i < pointers; i++) {
        const int64_t where = word(), byte = word(), to = word();
        memcpy(blob[where] + byte, &blob[to], sizeof blob[to]);
    }
    char *out = malloc((size_t)size + 1);
    if (!hwgen_layers_has((int)set) ||
        hwgen_lookup((int)set, blob[0], is_codes ? blob[1] : NULL, blob[2], images, out))
        return 3;
    return fwrite(out, 1, (size_t)size, stdout) != (size_t)size;
}
