/* The power of p in gcd(p_n, q_n), from products of 2 x 2 matrices modulo p^e whose content, their common power of p, is
   taken out of every product.

   With S_0 = (p_0, p_{-1}; q_0, q_{-1}) and the steps T_k = (a(k), 1; b(k), 0), S_n = S_0 T_1 ... T_n has p_n and q_n as
   its first column. A product known modulo p^e loses as many digits as its content has; by taking them out of short
   blocks, and of their products pair by pair, digits are lost once a level and not once a step. Where all are lost, or
   the column is 0 in those left, the answer is not known, which the caller is told. */
#include "valuations.h"

#include <string.h>

/* p^content times `entry` (row by row), these known modulo p^known. */
typedef struct {
    uint64_t entry[4];
    int known, content;
} Matrix;

/* A modulus p^e as Montgomery's multiplication wants it: `inverse` = modulus^-1 modulo 2^64; modulus 0 stands for
   2^64, p = 2. Below 2^61, so that the sum of two products stays below 2^64 modulus. */
typedef struct {
    uint64_t prime, modulus, inverse;
    int exponent;
} Ring;

static Ring ring_of(int prime) {
    Ring ring = {(uint64_t)prime, 0, 0, 64};
    if (prime == 2) return ring;
    ring.modulus = ring.prime, ring.exponent = 1;
    while (ring.modulus <= ((uint64_t)1 << 61) / ring.prime) ring.modulus *= ring.prime, ring.exponent++;
    ring.inverse = ring.modulus; /* right to 3 bits, and twice as many each time */
    for (int turn = 0; turn < 5; turn++) ring.inverse *= 2 - ring.modulus * ring.inverse;
    return ring;
}

/* x y + z w, times 2^-64 where p is odd. The power of two is a unit, so that no valuation changes. */
static inline uint64_t inner(const Ring *r, uint64_t x, uint64_t y, uint64_t z, uint64_t w) {
    if (!r->modulus) return x * y + z * w;
    unsigned_wide sum = (unsigned_wide)x * y + (unsigned_wide)z * w;
    uint64_t taken = (uint64_t)(((unsigned_wide)((uint64_t)sum * r->inverse) * r->modulus) >> 64);
    uint64_t high = (uint64_t)(sum >> 64);
    return high >= taken ? high - taken : high - taken + r->modulus;
}

static inline uint64_t residue(const Ring *r, int64_t x) {
    if (!r->modulus || x >= 0) return (uint64_t)x;
    return (uint64_t)x + r->modulus;
}

/* How often p divides all `count` entries, taken out of them; -1 where it is not known, within `known` digits. */
static int take_content(const Ring *r, uint64_t *entry, int count, int known) {
    for (int content = 0; content < known; content++) {
        for (int i = 0; i < count; i++)
            if (entry[i] % r->prime) return content;
        int all = 0;
        for (int i = 0; i < count; i++) entry[i] /= r->prime, all |= entry[i] != 0;
        if (!all) return -1;
    }
    return -1;
}

static int stripped(const Ring *r, Matrix *m) {
    int content = take_content(r, m->entry, 4, m->known);
    if (content < 0) return 0;
    m->known -= content, m->content += content;
    return 1;
}

/* left = left right, stripped; 0 where no digit is left. */
static int multiplied(const Ring *r, Matrix *left, const Matrix *right) {
    const uint64_t *x = left->entry, *y = right->entry;
    Matrix product = {{inner(r, x[0], y[0], x[1], y[2]), inner(r, x[0], y[1], x[1], y[3]),
                       inner(r, x[2], y[0], x[3], y[2]), inner(r, x[2], y[1], x[3], y[3])},
                      left->known < right->known ? left->known : right->known,
                      left->content + right->content};
    *left = product;
    return stripped(r, left);
}

/* The product of all of `count` matrices in order, pair by pair, in the first of them. */
static int multiplied_all(const Ring *r, Matrix *m, int count) {
    for (; count > 1; count = (count + 1) / 2)
        for (int i = 0; 2 * i < count; i++) {
            Matrix *left = &m[2 * i];
            if (2 * i + 1 < count && !multiplied(r, left, &m[2 * i + 1])) return 0;
            m[i] = *left;
        }
    return 1;
}

/* S_0 for n = 0. */
static Matrix start_of(const Ring *r, int64_t a0) {
    int64_t rest = r->modulus ? a0 % (int64_t)r->modulus : a0;
    return (Matrix){{residue(r, rest), 1, 1, 0}, r->exponent, 0};
}

/* v_p of p_n and q_n, the first column; -1 where it is not known. */
static int valuation_of(const Ring *r, const Matrix *m) {
    uint64_t column[2] = {m->entry[0], m->entry[2]};
    int more = take_content(r, column, 2, m->known);
    return more < 0 ? -1 : m->content + more;
}

/* T_{low+1} ... T_high. Row (x_n, y_n) -> (a x_n + b y_n, x_n); every step takes 2^-64 into both rows and the caller only
   wants the product up to a unit, but x and y must have the same: y is multiplied by 1 with each step. */
static int block(const Ring *r, const int64_t *a, const int64_t *b, int low, int high, Matrix *m) {
    uint64_t x[2] = {1, 0}, y[2] = {0, 1};
    for (int n = low + 1; n <= high; n++) {
        uint64_t an = residue(r, a[n]), bn = residue(r, b[n]);
        for (int row = 0; row < 2; row++) {
            uint64_t next = inner(r, an, x[row], bn, y[row]);
            y[row] = r->modulus ? inner(r, x[row], 1, 0, 0) : x[row], x[row] = next;
        }
    }
    *m = (Matrix){{x[0], y[0], x[1], y[1]}, r->exponent, 0};
    return stripped(r, m);
}

#define MOST_BLOCKS 64

int valuations(int prime, const int64_t *a, const int64_t *b, int power[DEPTHS]) {
    const Ring ring = ring_of(prime);
    const int leaf = prime < 8 ? 8 : prime < SMALL_BELOW ? 16 : 32;
    Matrix m[MOST_BLOCKS], so_far = start_of(&ring, a[0]);
    for (int d = 0, before = 0; d < DEPTHS; before = DEPTH[d++]) {
        int steps = DEPTH[d] - before, blocks = (steps + leaf - 1) / leaf;
        if (blocks > MOST_BLOCKS) return 0;
        for (int i = 0; i < blocks; i++)
            if (!block(&ring, a, b, before + steps * i / blocks, before + steps * (i + 1) / blocks, &m[i])) return 0;
        if (!multiplied_all(&ring, m, blocks) || !multiplied(&ring, &so_far, &m[0])) return 0;
        power[d] = valuation_of(&ring, &so_far);
        if (power[d] < 0) return 0;
    }
    return 1;
}

/* ---- many primes together, modulo p^e < 2^28 in doubles; the products of blocks in 64 bits, by division */

#define TOGETHER_LEAF 32
#define TOGETHER_BELOW 268435456

/* The ring without Montgomery's form, for entries below 2^28. */
static int multiplied_plainly(const Ring *r, Matrix *left, const Matrix *right) {
    const uint64_t *x = left->entry, *y = right->entry;
    const uint64_t m = r->modulus;
    Matrix product = {{(x[0] * y[0] + x[1] * y[2]) % m, (x[0] * y[1] + x[1] * y[3]) % m,
                       (x[2] * y[0] + x[3] * y[2]) % m, (x[2] * y[1] + x[3] * y[3]) % m},
                      left->known < right->known ? left->known : right->known,
                      left->content + right->content};
    *left = product;
    return stripped(r, left);
}

static int one_of_together(const Together *w, int i, int prime, int64_t modulus, int exponent, int64_t a0,
                           const int *block_of, int power[DEPTHS]) {
    const Ring ring = {(uint64_t)prime, (uint64_t)modulus, 0, exponent};
    Matrix so_far = start_of(&ring, a0), m[20];
    for (int d = 0; d < DEPTHS; d++) {
        int blocks = block_of[d + 1] - block_of[d];
        for (int k = 0; k < blocks; k++) {
            const int32_t *entry = w->entries[block_of[d] + k][i];
            m[k] = (Matrix){{0, 0, 0, 0}, exponent, 0};
            for (int e = 0; e < 4; e++) m[k].entry[e] = (uint64_t)(entry[e] < 0 ? entry[e] + modulus : entry[e]);
            if (!stripped(&ring, &m[k])) return 0;
        }
        for (; blocks > 1; blocks = (blocks + 1) / 2)
            for (int k = 0; 2 * k < blocks; k++) {
                if (2 * k + 1 < blocks && !multiplied_plainly(&ring, &m[2 * k], &m[2 * k + 1])) return 0;
                m[k] = m[2 * k];
            }
        if (!multiplied_plainly(&ring, &so_far, &m[0])) return 0;
        power[d] = valuation_of(&ring, &so_far);
        if (power[d] < 0) return 0;
    }
    return 1;
}

void valuations_together(Together *w, Steps *steps, const int *primes, int count, const double *a, const double *b,
                         const int64_t *exact_a, int (*power)[DEPTHS], char *settled) {
    int lanes = (count + VECTOR - 1) / VECTOR * VECTOR, exponent[MOST_HITS], block_of[DEPTHS + 1] = {0}, blocks = 0;
    for (int j = 0; j < lanes; j++) {
        int64_t p = j < count ? primes[j] : SMALL_BELOW, modulus = p;
        int e = 1;
        while (modulus * p < TOGETHER_BELOW) modulus *= p, e++;
        if (j < count) exponent[j] = e;
        w->modulus[j] = w->modulus[lanes + j] = (double)modulus;
        w->inverse[j] = w->inverse[lanes + j] = 1 / (double)modulus;
    }
    for (int d = 0, n = 0; d < DEPTHS; block_of[++d] = blocks) {
        int first = d ? DEPTH[d - 1] : 0, length = DEPTH[d] - first;
        int parts = (length + TOGETHER_LEAF - 1) / TOGETHER_LEAF;
        for (int part = 1; part <= parts; part++, blocks++) {
            int until = first + length * part / parts;
            for (int j = 0; j < lanes; j++) { /* both rows of the matrix, one behind the other */
                w->x[j] = 1, w->y[j] = 0, w->x[lanes + j] = 0, w->y[lanes + j] = 1;
            }
            while (n < until) {
                int run = until - n < AT_ONCE ? until - n : AT_ONCE;
                steps(2 * lanes, w->x, w->y, w->modulus, w->inverse, a + n + 1, b + n + 1, run);
                n += run;
            }
            for (int j = 0; j < count; j++) {
                int32_t *entry = w->entries[blocks][j];
                entry[0] = (int32_t)w->x[j], entry[1] = (int32_t)w->y[j];
                entry[2] = (int32_t)w->x[lanes + j], entry[3] = (int32_t)w->y[lanes + j];
            }
        }
    }
    for (int j = 0; j < count; j++)
        settled[j] = (char)one_of_together(w, j, primes[j], (int64_t)w->modulus[j], exponent[j], exact_a[0], block_of,
                                           power[j]);
}
