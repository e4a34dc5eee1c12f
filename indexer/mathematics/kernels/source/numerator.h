/* What the gcds of all formulas with one partial numerator b have in common: which primes, in which lanes. */
#ifndef FORMULARY_NUMERATOR_H
#define FORMULARY_NUMERATOR_H

#include "kernels.h"

/* Primes below this are lanes modulo p^e, of p_n and q_n themselves. */
#define SMALL_BELOW 64
#define SMALL_PRIMES 18
#define SMALL_POWER 16384.0

/* Lanes stepped together by one vector instruction at most; arrays of lanes end with as many that do nothing. */
#define VECTOR 8
#define MOST_LANES (LAST + 2 * SMALL_PRIMES + 2 + 2 * VECTOR)
#define MOST_PRIMES 2800

/* A modulus that enters a lane at its step `start`, by the Chinese remainder theorem: `before` is the lane's modulus
   until then, `joining` the further one, `lift` the inverse of the former modulo the latter. */
typedef struct {
    int lane, start;
    double before, joining, inverse, lift;
} Join;

/* Lanes j < begun[n] have begun at step n or before; joins and primes likewise. The first two lanes are p_n and q_n
   modulo WITNESS, the next, up to `first`, p_n and q_n in turn modulo powers of small primes. */
typedef struct {
    int lanes, first, small, joins, primes;
    int small_prime[SMALL_PRIMES], small_exponent[SMALL_PRIMES], small_lane[SMALL_PRIMES];
    int begun[LAST + 2], joined[LAST + 2], known[LAST + 2];
    Join join[LAST];
    int prime[MOST_PRIMES], lane_of[MOST_PRIMES];
    double modulus[MOST_LANES], inverse[MOST_LANES];
    double b[LAST + 2];
    int64_t exact_b[LAST + 2];
} Numerator;

/* Largest prime below 2^29: p_n or q_n that are not 0 modulo it are not 0. */
#define WITNESS 536870909

#endif
