/* What the kernels have in common. docs/kernels.md tells what they compute, and why it is exact.

   C99 with two things that gcc and clang add: 128-bit integers, and functions compiled for a further processor.
   A formula has polynomials a(n) and b(n) of degree at most 2, the constant term first; its convergents p_n/q_n follow
   u_n = a(n) u_{n-1} + b(n) u_{n-2} from (p_{-1}, p_0) = (1, a(0)), (q_{-1}, q_0) = (0, 1). */
#ifndef FORMULARY_KERNELS_H
#define FORMULARY_KERNELS_H

#include <stdint.h>

/* Given by the build: a digest of these sources. */
#ifndef KERNEL_VERSION
#define KERNEL_VERSION "unknown"
#endif

#if defined(_WIN32)
#define EXPORTED __declspec(dllexport)
#else
#define EXPORTED __attribute__((visibility("default")))
#endif

typedef __int128 wide;
typedef unsigned __int128 unsigned_wide;

/* Depths n at which gcd(p_n, q_n) is taken, and the last of them, at which the error is. */
#define DEPTHS 5
#define LAST 1000
extern const int DEPTH[DEPTHS];

/* |a(n)| and |b(n)| for 0 <= n <= LAST + 1 are at most this: with moduli up to 2^29, and residues up to half of them,
   (|a| + |b|) m/2 stays below 2^53, where doubles are exact integers. */
#define LARGEST_STEP 16000000
#define LARGEST_MODULUS 536870912.0

/* p(n) of a polynomial of degree 2. */
static inline int64_t value_at(const int64_t *p, int64_t n) { return (p[2] * n + p[1]) * n + p[0]; }

/* x modulo m, between -m/2 and m/2 up to a unit in the last place of x/m; |x/m| < 2^51, inverse = 1/m. Adding and
   taking away 3 2^51 rounds to an integer; the product and the difference are exact. */
static inline double remainder_of(double x, double m, double inverse) {
    double quotient = (x * inverse + 6755399441055744.0) - 6755399441055744.0;
    return x - quotient * m;
}

/* Least n with p(n + t) > 0 for all real t >= 0, as no Taylor coefficient there is negative (Budan); -1 beyond `most`.
   The leading coefficient, of t^degree, is positive, degree <= 4. */
int positive_from(const int64_t *p, int degree, int most);

/* The least n from which on the brackets of the tail hold (see brackets.c); -1 where the kernels do not know them. */
int regular_from(const int64_t *a, const int64_t *b, int most);

#endif
