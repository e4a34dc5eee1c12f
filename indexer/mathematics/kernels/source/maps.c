/* The polynomial matrix V of an equivalence (mathematics/equivalence/solving.py), from its values modulo 2^61 - 1.

   C1(n) U(n+1) = lambda(n) U(n) C2(n), V = U times its poles: the values of V at consecutive n are linear in the four
   entries of U at the first of them, and its entries are polynomials of these degrees where the differences of higher
   order vanish. Residues are from 0 to P - 1. */
#include "kernels.h"

#define P ((1ull << 61) - 1)

/* Values of V at most, and coefficients of a polynomial at most. */
#define MOST_VALUES 192

/* Denominators and numerators of the coefficients' quotients are at most this: then they are the only ones. */
#define LARGEST_PART (1ull << 29)

static inline uint64_t plus(uint64_t x, uint64_t y) {
    uint64_t z = x + y;
    return z >= P ? z - P : z;
}

static inline uint64_t minus(uint64_t x, uint64_t y) { return x >= y ? x - y : x + P - y; }

static inline uint64_t times(uint64_t x, uint64_t y) {
    unsigned_wide z = (unsigned_wide)x * y;
    return plus((uint64_t)z & P, (uint64_t)(z >> 61));
}

static uint64_t inverse(uint64_t x) {
    uint64_t power = 1, square = x;
    for (uint64_t e = P - 2; e; e >>= 1, square = times(square, square))
        if (e & 1) power = times(power, square);
    return power;
}

static uint64_t value(const uint64_t *c, int64_t length, uint64_t x) {
    uint64_t sum = 0;
    for (int64_t k = length - 1; k >= 0; k--) sum = plus(times(sum, x), c[k]);
    return sum;
}

/* Takes a row of four into a matrix in reduced echelon form, whose row with the pivot in column c is rows[c]. */
static void eliminate(uint64_t rows[4][4], int *has_pivot, const uint64_t *given) {
    uint64_t row[4] = {given[0], given[1], given[2], given[3]};
    for (int c = 0; c < 4; c++) {
        if (!row[c] || !has_pivot[c]) continue;
        uint64_t factor = row[c];
        for (int k = 0; k < 4; k++) row[k] = minus(row[k], times(factor, rows[c][k]));
    }
    int pivot = 0;
    while (pivot < 4 && !row[pivot]) pivot++;
    if (pivot == 4) return;
    uint64_t unit = inverse(row[pivot]);
    for (int k = 0; k < 4; k++) rows[pivot][k] = times(row[k], unit);
    has_pivot[pivot] = 1;
    for (int c = 0; c < 4; c++) {
        if (c == pivot || !has_pivot[c] || !rows[c][pivot]) continue;
        uint64_t factor = rows[c][pivot];
        for (int k = 0; k < 4; k++) rows[c][k] = minus(rows[c][k], times(factor, rows[pivot][k]));
    }
}

/* The denominator of the fraction with this residue whose numerator is at most LARGEST_PART; 0 where it has a larger
   one. */
static uint64_t denominator_of(uint64_t residue) {
    uint64_t before = P, now = residue, s_before = 0, s = 1;
    while (now > LARGEST_PART) {
        uint64_t quotient = before / now, rest = before % now, next = s_before + quotient * s;
        before = now, now = rest, s_before = s, s = next;
        if (s > LARGEST_PART) return 0;
    }
    return s;
}

/* Scales residues, not all 0, to integers without common factor: 0 where these would be too large to be known. */
static int to_integers(const uint64_t *residues, int64_t count, int64_t *integers) {
    int64_t first = 0;
    while (first < count && !residues[first]) first++;
    if (first == count) return 0;
    uint64_t scale = inverse(residues[first]), common = 1;
    for (int64_t k = first; k < count; k++) {
        uint64_t part = denominator_of(times(times(residues[k], scale), common));
        if (!part || common > LARGEST_PART / part) return 0;
        common *= part;
    }
    scale = times(scale, common);
    uint64_t content = 0;
    for (int64_t k = 0; k < count; k++) {
        uint64_t x = times(residues[k], scale), size = x > P / 2 ? P - x : x, rest = content;
        if (size > LARGEST_PART) return 0;
        integers[k] = x > P / 2 ? -(int64_t)size : (int64_t)size;
        for (content = size; rest;) {
            uint64_t next = content % rest;
            content = rest, rest = next;
        }
    }
    for (int64_t k = 0; k < count; k++) integers[k] /= (int64_t)content;
    return 1;
}

/* Adds the Newton series sum d_i binomial(n - start, i), i <= degree, as the coefficients of a polynomial in n. */
static void expanded(const uint64_t *d, int64_t degree, uint64_t start, const uint64_t *inverses, uint64_t *found) {
    found[0] = d[degree];
    for (int64_t i = degree - 1, length = 1; i >= 0; i--, length++) {
        uint64_t root = plus(start, (uint64_t)i);
        found[length] = 0;
        for (int64_t k = length; k >= 0; k--)
            found[k] = times(minus(k ? found[k - 1] : 0, times(root, found[k])), inverses[i + 1]);
        found[0] = plus(found[0], d[i]);
    }
}

/* Eleven polynomials, reduced, one after another with their lengths: the entries of C1 and of C2 row by row, the
   numerator of lambda, its denominator times det C1, and the poles of U. `bounds` are the degrees of the entries of V,
   below 0 where one is 0; `top` is the largest. Returns how many solutions U(start) there are modulo P, at most 4, or
   -1 where P divides what is divided by or there are too many values. Where there is one, found has top + 1
   coefficients of each entry of V, without common factor, and free the entry of U(start) whose sign they have;
   free is -1 where they are too large. */
EXPORTED int formulary_map(const uint64_t *coefficients, const int64_t *lengths, uint64_t start, int64_t top,
                           const int64_t *bounds, int64_t spare, int64_t *found, int64_t *free_entry) {
    int64_t count = top + 1 + spare;
    if (count > MOST_VALUES || top < 0) return -1;
    const uint64_t *polynomials[11];
    for (int k = 0; k < 11; k++) polynomials[k] = coefficients, coefficients += lengths[k];
    static _Thread_local uint64_t table[MOST_VALUES][16];
    uint64_t state[4][4] = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}}, next[4][4];
    for (int64_t j = 0; j < count; j++) {
        uint64_t at[11], n = plus(start, (uint64_t)j);
        for (int k = 0; k < 11; k++) at[k] = value(polynomials[k], lengths[k], n);
        for (int k = 0; k < 16; k++) table[j][k] = times(state[k / 4][k % 4], at[10]);
        if (!at[9]) return -1;
        uint64_t factor = times(at[8], inverse(at[9])), adjugate[4], *C2 = at + 4;
        adjugate[0] = times(factor, at[3]), adjugate[1] = times(factor, minus(0, at[1]));
        adjugate[2] = times(factor, minus(0, at[2])), adjugate[3] = times(factor, at[0]);
        /* U(n+1) = lambda/det C1 adj C1 U(n) C2, column by column of the unknowns */
        for (int c = 0; c < 4; c++) {
            uint64_t right[4];
            for (int r = 0; r < 4; r++) {
                int row = r / 2 * 2;
                right[r] = plus(times(state[row][c], C2[r % 2]), times(state[row + 1][c], C2[r % 2 + 2]));
            }
            for (int r = 0; r < 4; r++) {
                int row = r / 2 * 2;
                next[r][c] = plus(times(adjugate[row], right[r % 2]), times(adjugate[row + 1], right[r % 2 + 2]));
            }
        }
        for (int k = 0; k < 16; k++) state[k / 4][k % 4] = next[k / 4][k % 4];
    }
    for (int64_t i = 1; i < count; i++) /* row i becomes the i-th differences at the start */
        for (int64_t j = count - 1; j >= i; j--)
            for (int k = 0; k < 16; k++) table[j][k] = minus(table[j][k], table[j - 1][k]);
    uint64_t rows[4][4];
    int has_pivot[4] = {0, 0, 0, 0}, rank = 0, column = 0;
    for (int e = 0; e < 4; e++)
        for (int64_t i = bounds[e] < 0 ? 0 : bounds[e] + 1; i < count; i++) eliminate(rows, has_pivot, table[i] + 4 * e);
    for (int c = 0; c < 4; c++) {
        rank += has_pivot[c];
        if (!has_pivot[c]) column = c;
    }
    *free_entry = -1;
    if (rank != 3) return 4 - rank;
    uint64_t solution[4], inverses[MOST_VALUES + 1], residues[4 * MOST_VALUES], series[MOST_VALUES];
    for (int c = 0; c < 4; c++) solution[c] = c == column ? 1 : minus(0, rows[c][column]);
    inverses[1] = 1;
    for (int64_t i = 2; i <= top; i++) inverses[i] = times(P - P / (uint64_t)i, inverses[P % (uint64_t)i]);
    for (int64_t k = 0; k < 4 * (top + 1); k++) residues[k] = 0;
    for (int e = 0; e < 4; e++) {
        if (bounds[e] < 0) continue;
        for (int64_t i = 0; i <= bounds[e]; i++) {
            series[i] = 0;
            for (int c = 0; c < 4; c++) series[i] = plus(series[i], times(table[i][4 * e + c], solution[c]));
        }
        expanded(series, bounds[e], start, inverses, residues + e * (top + 1));
    }
    if (to_integers(residues, 4 * (top + 1), found)) *free_entry = column;
    return 1;
}
