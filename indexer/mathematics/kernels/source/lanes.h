/* Steps of many recurrences together, each modulo a number of its own. */
#ifndef FORMULARY_LANES_H
#define FORMULARY_LANES_H

/* (x, y) -> (a x + b y, x) modulo `modulus`, for `count` steps (a, b) and `lanes` lanes. */
typedef void Steps(int lanes, double *x, double *y, const double *modulus, const double *inverse, const double *a,
                   const double *b, int count);

/* The variant of a number: 2 by AVX2 and FMA, 1 by what every processor has. */
Steps *steps_of(int variant);

/* Steps at once in registers. */
#define AT_ONCE 4

#endif
