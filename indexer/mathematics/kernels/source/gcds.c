/* log gcd(p_n, q_n) at the five depths, exactly from its primes, without big integers; and with it log|q_n| and what
   the error |L - p_n/q_n| takes, at the last depth. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "growth.h"
#include "numerator.h"
#include "valuations.h"

const int DEPTH[DEPTHS] = {60, 125, 250, 500, LAST};

/* What one call works with. */
typedef struct {
    double x[MOST_LANES], y[MOST_LANES], a[LAST + 2];
    int64_t exact_a[LAST + 2];
    int small_power[SMALL_PRIMES][DEPTHS], hits, hit[MOST_HITS], hit_power[MOST_HITS][DEPTHS];
    char settled[MOST_HITS], overflowed[SMALL_PRIMES];
    Together together;
} Work;

static void begin(Work *w, const Numerator *t, const int64_t *a) {
    for (int n = 0; n <= LAST + 1; n++) w->exact_a[n] = value_at(a, n), w->a[n] = (double)w->exact_a[n];
    for (int j = 0; j < MOST_LANES; j++) w->x[j] = 1, w->y[j] = 0;
    for (int j = 0; j < t->first; j += 2) { /* p_n: (a_0, 1), q_n: (1, 0) */
        w->x[j] = remainder_of(w->a[0], t->modulus[j], t->inverse[j]), w->y[j] = 1;
    }
    memset(w->small_power, 0, sizeof w->small_power), memset(w->overflowed, 0, sizeof w->overflowed);
    w->hits = 0;
}

/* The state (z, z') modulo before * joining that is (x, y) modulo `before` and K(start..n) modulo `joining`. */
static void join(Work *w, const Numerator *t, const Join *with, int n) {
    const double m = with->joining, inverse = with->inverse, before = with->before;
    double u[2] = {1, 0}, *state[2] = {&w->x[with->lane], &w->y[with->lane]};
    for (int k = with->start; k <= n; k++) {
        double next = remainder_of(w->a[k] * u[0] + t->b[k] * u[1], m, inverse);
        u[1] = u[0], u[0] = next;
    }
    for (int i = 0; i < 2; i++) {
        double x = remainder_of(*state[i], before, 1 / before); /* was reduced by the product already */
        double multiple = remainder_of(remainder_of(u[i] - x, m, inverse) * with->lift, m, inverse);
        *state[i] = remainder_of(x + before * multiple, t->modulus[with->lane], t->inverse[with->lane]);
    }
}

/* Steps all lanes from n to `until`: those that have begun in whole vectors, those that begin on the way one by one. */
static void walk(Work *w, const Numerator *t, Steps *steps, int n, int until) {
    while (n < until) {
        int run = until - n < AT_ONCE ? until - n : AT_ONCE, whole = t->begun[n] / VECTOR * VECTOR;
        steps(whole, w->x, w->y, t->modulus, t->inverse, w->a + n + 1, t->b + n + 1, run);
        for (int k = n + 1; k <= n + run; k++)
            for (int j = whole; j < t->begun[k]; j++) {
                double next = remainder_of(w->a[k] * w->x[j] + t->b[k] * w->y[j], t->modulus[j], t->inverse[j]);
                w->y[j] = w->x[j], w->x[j] = next;
            }
        for (int i = t->joined[n]; i < t->joined[n + run]; i++) join(w, t, &t->join[i], n + run);
        n += run;
    }
}

/* Reads the lanes at a depth; 0 where p_n or q_n may be 0. */
static int look(Work *w, const Numerator *t, int d) {
    if (w->x[0] == 0 || w->x[1] == 0) return 0;
    for (int i = 0; i < t->small; i++) {
        int64_t p = t->small_prime[i], u = (int64_t)w->x[t->small_lane[i]], v = (int64_t)w->x[t->small_lane[i] + 1];
        int power = 0;
        while (power < t->small_exponent[i] && u % p == 0 && v % p == 0) u /= p, v /= p, power++;
        w->small_power[i][d] = power;
        if (power == t->small_exponent[i]) w->overflowed[i] = 1;
    }
    for (int i = 0; i < t->known[DEPTH[d]]; i++) {
        double p = t->prime[i], x = w->x[t->lane_of[i]], quotient = rint(x / p);
        if (x != quotient * p) continue;
        int k = 0;
        while (k < w->hits && w->hit[k] != t->prime[i]) k++;
        if (k < w->hits) continue;
        if (w->hits == MOST_HITS) return 0;
        w->hit[w->hits++] = t->prime[i];
    }
    return 1;
}

static void add(double *log_gcd, int prime, const int *power) {
    const double size = log(prime);
    for (int d = 0; d < DEPTHS; d++) log_gcd[d] += power[d] * size;
}

static int gcds_of(Work *w, const Numerator *t, Steps *steps, double *log_gcd) {
    for (int d = 0; d < DEPTHS; d++) {
        log_gcd[d] = 0;
        walk(w, t, steps, d ? DEPTH[d - 1] : 0, DEPTH[d]);
        if (!look(w, t, d)) return 0;
    }
    for (int i = 0; i < t->small; i++) {
        int p = t->small_prime[i];
        if (w->overflowed[i] && !valuations(p, w->exact_a, t->exact_b, w->small_power[i])) return 0;
        add(log_gcd, p, w->small_power[i]);
    }
    if (w->hits)
        valuations_together(&w->together, steps, w->hit, w->hits, w->a, t->b, w->exact_a, w->hit_power, w->settled);
    for (int i = 0; i < w->hits; i++) {
        if (!w->settled[i] && !valuations(w->hit[i], w->exact_a, t->exact_b, w->hit_power[i])) return 0;
        add(log_gcd, w->hit[i], w->hit_power[i]);
    }
    return 1;
}

/* For `count` polynomials a (three coefficients each) with the numerator `t`: log_gcd (count, DEPTHS); growth (count, 3)
   holds log|q_n|, q_{n-1}/q_n and log|x_{n+1} + b(n+1) q_{n-1}/q_n| at the last depth, NaN where it is not settled.
   done[i] = 0 where the kernels cannot say: |a(n)| above LARGEST_STEP, p_n or q_n that may be 0, powers beyond 64 bits.
   Returns 0 where memory is lacking. */
EXPORTED int formulary_gcds(const int64_t *a, int count, const Numerator *t, int variant, double *log_gcd,
                            double *growth, char *done) {
    Work *w = malloc(sizeof *w);
    Steps *steps = steps_of(variant);
    if (!w) return 0;
    for (int i = 0; i < count; i++) {
        begin(w, t, a + 3 * i);
        int fits = 1;
        for (int n = 0; n <= LAST + 1; n++) fits = fits && llabs(w->exact_a[n]) <= LARGEST_STEP;
        done[i] = (char)(fits && gcds_of(w, t, steps, log_gcd + DEPTHS * i));
        if (fits) {
            double *known = growth + 3 * i;
            known[0] = log_denominator(w->a, t->b, w->exact_a, t->exact_b, &known[1]);
            known[2] = log_bracket(a + 3 * i, t->exact_b, known[1]);
        }
    }
    free(w);
    return 1;
}
