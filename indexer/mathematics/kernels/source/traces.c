/* Trace and determinant of the product of p consecutive steps modulo p, which equivalences keep up to a factor
   (mathematics/equivalence/curvature.py). Numbers are Gaussian integers modulo p, both parts from 0 to p - 1. */
#include "kernels.h"

/* Each prime is a constant where it is divided by, which the compiler makes a multiplication. */
#define INLINED static inline __attribute__((always_inline))

typedef struct {
    uint32_t re, im;
} gaussian;

INLINED gaussian product(gaussian x, gaussian y, uint32_t m) {
    gaussian z = {(x.re * y.re + x.im * (m - y.im)) % m, (x.re * y.im + x.im * y.re) % m};
    return z;
}

/* x y + u v */
INLINED gaussian products(gaussian x, gaussian y, gaussian u, gaussian v, uint32_t m) {
    gaussian z = {(x.re * y.re + x.im * (m - y.im) + u.re * v.re + u.im * (m - v.im)) % m,
                  (x.re * y.im + x.im * y.re + u.re * v.im + u.im * v.re) % m};
    return z;
}

INLINED gaussian value(const int64_t *c, int64_t length, gaussian x, uint32_t m) {
    gaussian sum = {0, 0};
    for (int64_t k = length - 1; k >= 0; k--) {
        sum = product(sum, x, m);
        sum.re = (sum.re + (uint32_t)c[k]) % m;
    }
    return sum;
}

INLINED void trace_and_determinant(const int64_t *a, int64_t a_length, const int64_t *b, int64_t b_length,
                                   uint32_t start, int64_t *found, uint32_t m) {
    gaussian p = {1, 0}, q = {0, 0}, r = {0, 0}, s = {1, 0};
    for (uint32_t n = 0; n < m; n++) {
        gaussian x = {n, start}, step = value(a, a_length, x, m), numerator = value(b, b_length, x, m);
        gaussian next_q = products(p, numerator, q, step, m), next_s = products(r, numerator, s, step, m);
        p = q, r = s, q = next_q, s = next_s;
    }
    gaussian crossed = product(q, r, m), determinant = product(p, s, m);
    found[0] = (p.re + s.re) % m;
    found[1] = (p.im + s.im) % m;
    found[2] = (determinant.re + m - crossed.re) % m;
    found[3] = (determinant.im + m - crossed.im) % m;
}

/* For each formula the coefficients of a and of b, reduced, one after another; `lengths` has two numbers a formula.
   The product begins at x = start i. Found are four numbers a formula: trace and determinant. Returns 0 where the
   prime is not one of these. */
EXPORTED int formulary_traces(const int64_t *coefficients, const int64_t *lengths, int64_t count, int64_t prime,
                              int64_t start, int64_t *found) {
    if (prime != 239 && prime != 251) return 0;
    for (int64_t i = 0; i < count; i++, lengths += 2, found += 4) {
        const int64_t *a = coefficients, *b = coefficients + lengths[0];
        if (prime == 239)
            trace_and_determinant(a, lengths[0], b, lengths[1], (uint32_t)start, found, 239);
        else
            trace_and_determinant(a, lengths[0], b, lengths[1], (uint32_t)start, found, 251);
        coefficients += lengths[0] + lengths[1];
    }
    return 1;
}
