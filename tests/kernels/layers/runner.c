/* Runs one layer from standard input, on a machine other than the tests'. The argument names it.
 *
 * Input, in words of 64 bits: instruction set, images, bytes of the output, whether it is codes,
 * blobs, pointers; then each blob, its size first: the layer's structure, struct requantization,
 * codes, and what the first two point to; then each pointer: blob and byte where it is, blob it is
 * to. A sum has the codes of its second operand in the last blob.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int hwgen_layers_has(int set);
typedef int layer(int set, const void *l, const void *r, const void *codes, int64_t images,
                  void *out);
layer hwgen_factored, hwgen_lookup, hwgen_pool;
int hwgen_add(int set, const void *s, const void *r, const void *a, const void *b, int64_t count,
              void *out);

static int64_t word(void)
{
    int64_t x;
    if (fread(&x, sizeof x, 1, stdin) != 1)
        exit(2);
    return x;
}

static layer *called(const char *name)
{
    return strcmp(name, "factored") == 0 ? hwgen_factored
           : strcmp(name, "pool") == 0   ? hwgen_pool
                                         : hwgen_lookup;
}

int main(int count, char **argument)
{
    static char *blob[64];
    const int set = (int)word();
    const int64_t images = word(), size = word(), is_codes = word();
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
    const void *r = is_codes ? blob[1] : NULL;
    if (count != 2 || !hwgen_layers_has(set))
        return 3;
    if (strcmp(argument[1], "add") == 0
            ? hwgen_add(set, blob[0], r, blob[2], blob[blobs - 1], images, out)
            : called(argument[1])(set, blob[0], r, blob[2], images, out))
        return 4;
    return fwrite(out, 1, (size_t)size, stdout) != (size_t)size;
}
