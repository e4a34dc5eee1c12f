/* The power of a prime in gcd(p_n, q_n) at all depths. */
#ifndef FORMULARY_VALUATIONS_H
#define FORMULARY_VALUATIONS_H

#include "lanes.h"
#include "numerator.h"

#define MOST_HITS 400

/* Of one prime, in 64 bits: `power[d]` = v_p(g_n), n = DEPTH[d]. 1 where 64 bits suffice. */
int valuations(int prime, const int64_t *a, const int64_t *b, int power[DEPTHS]);

/* Of many primes from SMALL_BELOW on together, in doubles: settled[i] says whether these suffice. The working arrays are
   those of `Together`. */
typedef struct {
    double x[2 * (MOST_HITS + VECTOR)], y[2 * (MOST_HITS + VECTOR)];
    double modulus[2 * (MOST_HITS + VECTOR)], inverse[2 * (MOST_HITS + VECTOR)];
    int32_t entries[40][MOST_HITS][4];
} Together;

void valuations_together(Together *w, Steps *steps, const int *primes, int count, const double *a, const double *b,
                         const int64_t *exact_a, int (*power)[DEPTHS], char *settled);

#endif
