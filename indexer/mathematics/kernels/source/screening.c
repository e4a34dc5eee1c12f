/* The proof that two numbers have no short Moebius relation, or one number no short quadratic polynomial, one lattice at
   a time: indexer/mathematics/relations/screening.py, operation for operation, so that both give the same bounds.

   Numbers are x 2^60 2^-shift in 64 bits. The lattice of v_0, ..., v_s has the rows (remainder, x_1, ..., x_s) with
   remainder = x_0 v_0 + ... + x_s v_s. It is reduced until its shortest Gram-Schmidt length excludes coefficients up to
   the wanted size; then it is proved that the rows are a basis. Sums of products are taken modulo 2^64 on purpose. */
#include <math.h>
#include <string.h>

#include "kernels.h"

#define BITS 60
#define MOST 4                /* numbers of a lattice */
#define MOST_ROUNDS 12
#define LAGRANGE_STEPS 4
#define LARGEST_ENTRY 0x1p52  /* of a basis in doubles */
#define LARGEST_FIRST 0x1p62  /* of a coefficient x_0 */
#define TOLERANCE 1e-6        /* of the determinant in doubles */
#define TINY 1e-300

typedef double Basis[MOST][MOST];

/* A lattice: its basis, and its numbers, the largest first. */
typedef struct {
    Basis row;
    int64_t number[MOST];
} Lattice;

static inline int64_t wrapped_product(int64_t x, int64_t y) { return (int64_t)((uint64_t)x * (uint64_t)y); }
static inline int64_t wrapped_sum(int64_t x, int64_t y) { return (int64_t)((uint64_t)x + (uint64_t)y); }

/* x y / 2^BITS, rounded down, from halves of x and y. */
static int64_t high_product(int64_t x, int64_t y) {
    const int half = BITS / 2;
    const int64_t mask = ((int64_t)1 << half) - 1, x1 = x >> half, x0 = x & mask, y1 = y >> half, y0 = y & mask;
    return x1 * y1 + ((x1 * y0 + x0 * y1 + ((x0 * y0) >> half)) >> half);
}

/* Coefficients mu and squared lengths of the orthogonal rows; returns the least of these. */
static inline double gram_schmidt(int size, Basis row, Basis mu, double *square) {
    Basis orthogonal;
    double least = HUGE_VAL;
    for (int i = 0; i < size; i++) {
        double rest[MOST], length;
        for (int k = 0; k < size; k++) rest[k] = row[i][k];
        for (int j = 0; j < i; j++) {
            double product = rest[0] * orthogonal[j][0];
            for (int k = 1; k < size; k++) product += rest[k] * orthogonal[j][k];
            mu[i][j] = product / square[j];
            for (int k = 0; k < size; k++) rest[k] = rest[k] - mu[i][j] * orthogonal[j][k];
        }
        length = rest[0] * rest[0];
        for (int k = 1; k < size; k++) length += rest[k] * rest[k];
        for (int k = 0; k < size; k++) orthogonal[i][k] = rest[k];
        square[i] = length > TINY ? length : TINY;
        if (square[i] < least) least = square[i];
    }
    return least;
}

/* Takes multiples of earlier rows from later ones, so that no mu is above 1/2. */
static inline void reduce_in_size(int size, Basis row, Basis mu) {
    for (int i = 1; i < size; i++)
        for (int j = i - 1; j >= 0; j--) {
            const double steps = rint(mu[i][j]);
            if (steps == 0) continue;
            for (int k = 0; k < size; k++) row[i][k] -= steps * row[j][k];
            for (int k = 0; k < j; k++) mu[i][k] -= steps * mu[j][k];
            mu[i][j] -= steps;
        }
}

/* A few steps of Lagrange's reduction on rows k and k + 1, orthogonal to those before. */
static inline void reduce_plane(int size, Basis row, int k, double mu, double first, double second) {
    const double scale = sqrt(first);
    double x[2] = {scale, 0}, y[2] = {mu * scale, sqrt(second)}, turn_x[2] = {1, 0}, turn_y[2] = {0, 1};
    for (int turn = 0; turn < LAGRANGE_STEPS; turn++) {
        const double steps = rint((x[0] * y[0] + x[1] * y[1]) / (y[0] * y[0] + y[1] * y[1]));
        for (int i = 0; i < 2; i++) {
            const double next = x[i] - steps * y[i], next_turn = turn_x[i] - steps * turn_y[i];
            x[i] = y[i], y[i] = next, turn_x[i] = turn_y[i], turn_y[i] = next_turn;
        }
    }
    const int swap = y[0] * y[0] + y[1] * y[1] < x[0] * x[0] + x[1] * x[1];
    for (int m = 0; m < size; m++) {
        const double upper = turn_x[0] * row[k][m] + turn_x[1] * row[k + 1][m];
        const double lower = turn_y[0] * row[k][m] + turn_y[1] * row[k + 1][m];
        row[k][m] = swap ? lower : upper, row[k + 1][m] = swap ? upper : lower;
    }
}

/* Whether the rows are a basis: each is a vector of the lattice, its equation checked modulo 2^64, far above the size
   that both sides have, and the product of the lengths is the determinant. */
static inline int is_basis(int size, const Lattice *l, const double *square) {
    const double first_number = l->number[0] ? (double)l->number[0] : 1;
    double product = 1;
    for (int i = 0; i < size; i++) {
        const double *row = l->row[i];
        double sum = row[1] * (double)l->number[1];
        for (int k = 0; k < size; k++)
            if (!(fabs(row[k]) < LARGEST_ENTRY)) return 0;
        for (int k = 2; k < size; k++) sum += row[k] * (double)l->number[k];
        const double first = rint((row[0] - sum) / first_number);
        if (!(fabs(first) < LARGEST_FIRST)) return 0;
        int64_t exact = wrapped_product((int64_t)first, l->number[0]);
        for (int k = 1; k < size; k++) exact = wrapped_sum(exact, wrapped_product((int64_t)row[k], l->number[k]));
        if (exact != (int64_t)row[0]) return 0;
        product *= square[i];
    }
    const double determinant = fabs(first_number);
    return fabs(sqrt(product) - determinant) <= TOLERANCE * determinant;
}

/* The size of coefficients that the lattice excludes, at least `wanted` where it can; 0 where nothing is proved. */
static inline double excluded(int size, Lattice *l, double wanted) {
    /* a relation up to M is a vector of size - 1 coefficients and a remainder of at most size M units */
    const double length = sqrt((double)(size - 1 + size * size)) / (1 - TOLERANCE);
    Basis mu;
    double square[MOST];
    for (int round = 1;; round++) {
        const double shortest = sqrt(gram_schmidt(size, l->row, mu, square));
        if (shortest >= wanted * length || round == MOST_ROUNDS)
            return is_basis(size, l, square) ? shortest / length : 0;
        reduce_in_size(size, l->row, mu);
        for (int k = round % 2; k < size - 1; k += 2)
            reduce_plane(size, l->row, k, mu[k + 1][k], square[k], square[k + 1]);
    }
}

/* The lattice of 1, c, -L, -cL, taken times one power of two, below 2^BITS: block A, (1, c) or for |L| > 1 (-L, -cL), in
   the reduced basis `short_rows` of 1 and c, rows (p, q) with p + q c short; the other block's rows reduced by it. */
static Lattice lattice_of(int64_t limit, int64_t limit_shift, int64_t c, int64_t c_shift, const int64_t *short_rows) {
    const int64_t total = limit_shift + c_shift, one = total > BITS ? 0 : (int64_t)1 << (BITS - total);
    const int64_t plain[2] = {one, c >> limit_shift};
    const int64_t times[2] = {-(limit >> c_shift), -high_product(limit, c)};
    const int64_t *first = limit_shift == 0 ? plain : times, *second = limit_shift == 0 ? times : plain;
    const int large = c_shift > 0;
    Lattice l = {{{0}}, {first[large], first[!large], second[0], second[1]}};
    int64_t remainder[2], kept[2];
    for (int i = 0; i < 2; i++) {
        const int64_t p = short_rows[2 * i], q = short_rows[2 * i + 1];
        remainder[i] = wrapped_sum(wrapped_product(p, first[0]), wrapped_product(q, first[1]));
        kept[i] = large ? p : q;
        l.row[i][0] = (double)remainder[i], l.row[i][1] = (double)kept[i];
    }
    l.row[2][2] = l.row[3][3] = 1;
    double crossed = l.row[0][0] * l.row[1][1] - l.row[1][0] * l.row[0][1];
    if (crossed == 0) crossed = 1;
    for (int i = 2; i < 4; i++) {
        const int64_t upper = (int64_t)rint((double)l.number[i] * (l.row[1][1] / crossed));
        const int64_t lower = (int64_t)rint((double)l.number[i] * (-l.row[0][1] / crossed));
        int64_t rest = wrapped_sum(l.number[i], -wrapped_product(upper, remainder[0]));
        rest = wrapped_sum(rest, -wrapped_product(lower, remainder[1]));
        l.row[i][0] = (double)rest;
        l.row[i][1] = (double)(-wrapped_product(upper, kept[0]) - wrapped_product(lower, kept[1]));
    }
    return l;
}

/* Numbers as `values` and `shifts`; rows (n, 2, 2) of the constants; for each pair of a limit `of` and a constant `by` the
   size of coefficients that is excluded, in `bounds`. */
EXPORTED void formulary_moebius_bounds(const int64_t *limits, const int64_t *limit_shifts, const int64_t *constants,
                                       const int64_t *constant_shifts, const int64_t *rows, const int64_t *of,
                                       const int64_t *by, int64_t pairs, double wanted, double *bounds) {
    for (int64_t k = 0; k < pairs; k++) {
        const int64_t i = of[k], j = by[k];
        Lattice l = lattice_of(limits[i], limit_shifts[i], constants[j], constant_shifts[j], rows + 4 * j);
        bounds[k] = excluded(4, &l, wanted);
    }
}

/* The same for quadratic polynomials with the root L: of 1, L, L, L^2 the one L that is not in block A is left out. */
EXPORTED void formulary_quadratic_bounds(const int64_t *limits, const int64_t *shifts, const int64_t *rows,
                                         int64_t count, double wanted, double *bounds) {
    for (int64_t i = 0; i < count; i++) {
        Lattice l = lattice_of(limits[i], shifts[i], limits[i], shifts[i], rows + 4 * i);
        const int last = shifts[i] == 0 ? 3 : 2;
        const double rest[2] = {l.row[last][0], l.row[last][1]};
        l.number[2] = l.number[last];
        memset(l.row[2], 0, sizeof l.row[2]);
        l.row[2][0] = rest[0], l.row[2][1] = rest[1], l.row[2][2] = 1;
        bounds[i] = excluded(3, &l, wanted);
    }
}
