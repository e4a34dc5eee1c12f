/* log|q_n|, and the bracket of the error, in doubles with their rounding errors bounded.

   The error is |L - p_n/q_n| = |b(1) ... b(n+1)| / (q_n^2 |x_{n+1} + b(n+1) q_{n-1}/q_n|), x the tail. */
#include "growth.h"

#include <math.h>

#define UNIT 2.3e-16          /* relative error of one operation, a little more than half a unit in the last place */
#define MOST_ERROR 1e-9       /* of log|q_n| */
#define MOST_STEP_ERROR 1e-6  /* of one ratio q_k/q_{k-1}, relative */
#define MOST_LAST_ERROR 1e-11 /* of the last ratio, relative */
#define SCALED_EVERY 16       /* ratios multiplied before their exponent is put aside */
#define EXACT_BITS 96         /* q_k below this many bits are exact, in 128 */
#define TAIL_STEPS 96         /* steps ahead that a tail may start from */
#define TAIL_BITS 48          /* bits of the tail */
#define CANCELLATION 1e-3     /* share of the tail that must be left in the bracket */

static wide magnitude(wide x) { return x < 0 ? -x : x; }

/* The first steps are exact, for q_k may come near 0 there; then r_k = q_k/q_{k-1} = a_k + b_k/r_{k-1}, whose relative
   error follows e_k = |b_k/(r_{k-1} r_k)| (e_{k-1} + UNIT) + UNIT. */
double log_denominator(const double *a, const double *b, const int64_t *exact_a, const int64_t *exact_b,
                       double *ratio) {
    wide q = 1, before = 0;
    int k = 0;
    while (k < LAST && magnitude(q) < (wide)1 << EXACT_BITS && magnitude(before) < (wide)1 << EXACT_BITS) {
        k++;
        wide next = exact_a[k] * q + exact_b[k] * before;
        before = q, q = next;
    }
    *ratio = NAN;
    if (!q || !before) return NAN;
    double r = (double)q / (double)before, error = 4 * UNIT, total = 0, product = 1, exponent = 0;
    const double first = log(fabs((double)q));
    for (int turn = 0; k < LAST; turn++) {
        k++;
        double step = b[k] / r, next = a[k] + step;
        if (next == 0) return NAN;
        error = fabs(step / next) * 1.001 * (error + UNIT) + 2 * UNIT;
        if (!(error < MOST_STEP_ERROR)) return NAN;
        total += error;
        r = next, product *= r;
        if (turn % SCALED_EVERY == SCALED_EVERY - 1) {
            int two;
            product = frexp(product, &two), exponent += two;
        }
    }
    if (!(total < MOST_ERROR && error < MOST_LAST_ERROR)) return NAN;
    *ratio = 1 / r;
    return first + log(fabs(product)) + exponent * 0.69314718055994530942;
}

/* x_{n+1} from both ends of its bracket a few steps ahead, as many as contract it to TAIL_BITS (an estimate); both ends
   stepped back must agree. */
static double tail_after(const int64_t *a, const int64_t *b, const int64_t *exact_b) {
    const int n = LAST + 1, from = regular_from(a, b, n), negative = exact_b[n] < 0;
    double left = 1, an[TAIL_STEPS + 2], bn[TAIL_STEPS + 2];
    if (from < 0) return NAN;
    int steps = 0;
    an[0] = (double)value_at(a, n);
    do {
        if (steps == TAIL_STEPS) return NAN;
        steps++;
        an[steps] = (double)value_at(a, n + steps), bn[steps] = (double)value_at(b, n + steps);
        double share = 4 * bn[steps] / (an[steps - 1] * an[steps]), root = 1 + sqrt(fmax(1 + share, 0));
        left *= fabs(share) / (root * root);
    } while (left > ldexp(1, -TAIL_BITS) || steps < 2);
    /* the bracket at the last of these steps */
    double low, high, last = an[steps];
    if (negative)
        low = last / 2, high = last;
    else
        low = last, high = last + (double)value_at(b, n + steps + 1) / (double)value_at(a, n + steps + 1);
    for (int k = steps - 1; k >= 0; k--) low = an[k] + bn[k + 1] / low, high = an[k] + bn[k + 1] / high;
    return fabs(high - low) <= fabs(high) * ldexp(1, 4 - TAIL_BITS) ? high : NAN;
}

double log_bracket(const int64_t *a, const int64_t *exact_b, double ratio) {
    int64_t b[3]; /* from three values */
    b[0] = exact_b[0];
    b[2] = (exact_b[2] - 2 * exact_b[1] + exact_b[0]) / 2;
    b[1] = exact_b[1] - exact_b[0] - b[2];
    double tail = tail_after(a, b, exact_b), bracket = tail + (double)exact_b[LAST + 1] * ratio;
    return fabs(bracket) > CANCELLATION * fabs(tail) ? log(fabs(bracket)) : NAN;
}
