/* log|q_n|, and the bracket of the error, in doubles with their rounding errors bounded. */
#ifndef FORMULARY_GROWTH_H
#define FORMULARY_GROWTH_H

#include "kernels.h"

/* log|q_n| at n = LAST, and q_{n-1}/q_n in `ratio`; NaN both where rounding may cost more than 1e-9. */
double log_denominator(const double *a, const double *b, const int64_t *exact_a, const int64_t *exact_b,
                       double *ratio);

/* log|x_{n+1} + b(n+1) q_{n-1}/q_n| at n = LAST, NaN where that is not settled. `exact_b` are values from b(0) on. */
double log_bracket(const int64_t *a, const int64_t *exact_b, double ratio);

#endif
