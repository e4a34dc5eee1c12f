/* The limit of a formula that converges fast, as an enclosure in fixed point and to so many digits as both ends share.

   p_n and q_n are stepped exactly up to a depth at which the bracket of the tail x_n gives the bits that are wanted. The
   limit L = (p_{n-1} x_n + b(n) p_{n-2}) / (q_{n-1} x_n + b(n) q_{n-2}) is monotone in x_n where no pole lies within the
   bracket, so that the images of both ends enclose it:

       b > 0:  p_n/q_n  and  p_{n+1}/q_{n+1};        b < 0:  p_n/q_n  and  (2 p_n - a_n p_{n-1})/(2 q_n - a_n q_{n-1}).

   Each is divided to 2^-F, rounded down, and the upper one raised by a unit. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "integers.h"

#define MOST_DIGITS 120
#define FIXED_LIMBS 16 /* of the fixed-point numbers */
#define FRACTION_BITS 704 /* F: their bits behind the point; above it as many as FIXED_LIMBS leave */
#define SPARE_BITS 64 /* more than wanted that a fixed-point number must have */
#define RUNGS 7
#define LOOK 93 /* depth from which on the bits had must suffice, in proportion, at the last rung */
#define LOG10_2 0.30102999566398119521

/* Depths at which the bits are looked at: those of the Python path, so that the enclosures are the same. */
static const int LADDER[RUNGS] = {30, 60, 93, 125, 250, 500, 1000};

/* What one call works with; `before` is the pair of n - 1, the places of both are exchanged at each step. */
typedef struct {
    Integer *p, *p_before, *q, *q_before, place[4], end_p, end_q;
    uint64_t u[2 * MOST_LIMBS + 4], v[MOST_LIMBS + 2], quotient[2 * MOST_LIMBS + 4];
} Work;

static int size_in_bits(Work *w, const Integer *x) { return bits_of(w->v, magnitude_of(x, w->v)); }

static void swap(Integer **x, Integer **y) {
    Integer *other = *x;
    *x = *y, *y = other;
}

/* Steps to the first rung from which on `wanted` bits are had; returns it, 0 where there is none. */
static int climb(Work *w, const int64_t *a, const int64_t *b, int wanted, int from) {
    double determinant = 0;
    int n = 0;
    w->p = &w->place[0], w->p_before = &w->place[1], w->q = &w->place[2], w->q_before = &w->place[3];
    set(w->p_before, 1), set(w->p, a[0]), set(w->q_before, 0), set(w->q, 1);
    for (int rung = 0; rung < RUNGS; rung++) {
        for (; n < LADDER[rung];) {
            n++;
            int64_t an = value_at(a, n), bn = value_at(b, n);
            if (w->p->count > MOST_LIMBS || w->q->count > MOST_LIMBS || !bn) return 0;
            combine(w->p_before, w->p, an, bn), combine(w->q_before, w->q, an, bn);
            swap(&w->p, &w->p_before), swap(&w->q, &w->q_before);
            determinant += log2(fabs((double)bn));
        }
        if (n < from) continue;
        int p = size_in_bits(w, w->p_before), q = size_in_bits(w, w->q_before);
        uint64_t an = (uint64_t)llabs(value_at(a, n));
        double gained = p - q + 2 * q + bits_of(&an, an != 0) - determinant;
        if (gained >= wanted) return n;
        if (n >= LOOK && gained * LADDER[RUNGS - 1] < (double)wanted * n) return 0;
    }
    return 0;
}

/* floor(|p/q| 2^F) in FIXED_LIMBS limbs, 0 where it is too large for them, or nothing. */
static int fixed_point(Work *w, const Integer *p, const Integer *q, uint64_t *out) {
    const int zeros = FRACTION_BITS / LIMB;
    memset(w->u, 0, zeros * sizeof *w->u);
    int count = magnitude_of(p, w->u + zeros) + zeros, below = magnitude_of(q, w->v);
    if (!below || count == zeros || count < below || count - below + 1 > FIXED_LIMBS + 1) return 0;
    divide(w->u, count, w->v, below, w->quotient);
    int length = trimmed(w->quotient, count - below + 1);
    if (!length || length > FIXED_LIMBS) return 0;
    memset(out, 0, FIXED_LIMBS * sizeof *out);
    memcpy(out, w->quotient, (size_t)length * sizeof *out);
    return length;
}

/* x = x factor, of `count` limbs; returns their new count. */
static int times(uint64_t *x, int count, uint64_t factor) {
    uint64_t carry = 0;
    for (int i = 0; i < count; i++) {
        unsigned_wide product = (unsigned_wide)x[i] * factor + carry;
        x[i] = (uint64_t)product, carry = (uint64_t)(product >> LIMB);
    }
    if (carry) x[count++] = carry;
    return count;
}

/* x 2^-F 10^-exponent rounded to the nearest integer: its decimal digits, `digits` of them. 1 where it has so many, 0
   where the exponent is too small, -1 where too large, -2 where that is not done here. Rounding up at a half is as good
   as to even: the number is the end of an enclosure with a further end. */
static int decimal(const uint64_t *fixed, int count, int exponent, int digits, char *text) {
    uint64_t x[2 * FIXED_LIMBS + 2];
    int power = -exponent, places = FRACTION_BITS - power; /* 10^power = 5^power 2^power */
    if (power < 0 || places <= LIMB || power > 27 * FIXED_LIMBS / 2) return -2;
    memcpy(x, fixed, (size_t)count * sizeof *x);
    for (; power >= 27; power -= 27) count = times(x, count, 7450580596923828125u);
    uint64_t five = 1;
    while (power--) five *= 5;
    count = times(x, count, five);
    const int limbs = places / LIMB, bits = places % LIMB;
    if (count <= limbs) return -1;
    int up = bits ? x[limbs] >> (bits - 1) & 1 : x[limbs - 1] >> (LIMB - 1);
    for (int i = limbs; i < count; i++)
        x[i - limbs] = bits ? x[i] >> bits | (i + 1 < count ? x[i + 1] << (LIMB - bits) : 0) : x[i];
    count -= limbs;
    x[count] = 0;
    for (int i = 0; up && i <= count; i++) up = !++x[i];
    count = trimmed(x, count + 1);
    for (int left = digits; left > 0;) { /* 19 digits at a time, from the last */
        uint64_t low[2 * FIXED_LIMBS + 2], nineteen = 10000000000000000000u;
        memcpy(low, x, (size_t)count * sizeof *x);
        uint64_t part = 0;
        if (count) divide(low, count, &nineteen, 1, x), part = low[0], count = trimmed(x, count);
        for (int i = 0; i < 19 && left; i++, part /= 10) text[--left] = (char)('0' + part % 10);
        if (!left && part) return 0;
    }
    return count ? 0 : text[0] == '0' ? -1 : 1;
}

/* The digits of a fixed-point number, and the decimal exponent of the last one; 0 where that is not done here. */
static int digits_of(const uint64_t *fixed, int count, int digits, char *text, int *exponent) {
    double top = (double)fixed[count - 1] + (count > 1 ? (double)fixed[count - 2] * 0x1p-64 : 0);
    *exponent = (int)floor(log10(top) + (LIMB * (count - 1.0) - FRACTION_BITS) * LOG10_2) - (digits - 1);
    for (int turn = 0; turn < 3; turn++) { /* the estimate may be one off */
        int found = decimal(fixed, count, *exponent, digits, text);
        if (found == 1 || found == -2) return found == 1;
        *exponent += found == 0 ? 1 : -1;
    }
    return 0;
}

/* Whether a fraction p/q of at most `most_bits` bits in all may lie near the number: Euclid's algorithm on its leading
   bits and the same bits of 1 leaves a remainder far below those before it. As in the Python path (`fractions`). */
static int may_be_rational(const uint64_t *fixed, int count, int most_bits) {
    enum { SPARE = 32, LIMBS = FIXED_LIMBS };
    const int size = bits_of(fixed, count), drop = size > most_bits + SPARE ? size - most_bits - SPARE : 0;
    const int most = (most_bits - size + FRACTION_BITS) / 2, stop = 1 + FRACTION_BITS - drop - most;
    if (most < 1 || stop < SPARE || FRACTION_BITS - drop < 0) return 1;
    uint64_t one[LIMBS + 2] = {0}, number[LIMBS + 2] = {0}, quotient[LIMBS + 2];
    uint64_t *above = number, *below = one;
    int limbs = drop / LIMB, bits = drop % LIMB;
    for (int i = limbs; i < count; i++)
        number[i - limbs] = bits ? fixed[i] >> bits | (i + 1 < count ? fixed[i + 1] << (LIMB - bits) : 0) : fixed[i];
    one[(FRACTION_BITS - drop) / LIMB] = (uint64_t)1 << (FRACTION_BITS - drop) % LIMB;
    int above_count = trimmed(number, LIMBS), below_count = trimmed(one, LIMBS);
    while (bits_of(below, below_count) > stop) {
        if (compare(above, above_count, below, below_count) >= 0) {
            divide(above, above_count, below, below_count, quotient);
            above_count = trimmed(above, below_count);
        }
        uint64_t *other = above;
        int other_count = above_count;
        above = below, above_count = below_count, below = other, below_count = other_count;
    }
    return bits_of(below, below_count) < stop - SPARE / 2;
}

static void copy(Integer *to, const Integer *from) {
    to->count = from->count;
    memcpy(to->limb, from->limb, (size_t)from->count * sizeof *from->limb);
}

/* One formula; see formulary_limits. */
static int limit_of(Work *w, const int64_t *a, const int64_t *b, int digits, int wanted, uint64_t *low, uint64_t *high,
                    char *text, int *exponent, int *negative) {
    int from = regular_from(a, b, LADDER[RUNGS - 1]), n = from < 0 ? 0 : climb(w, a, b, wanted, from);
    if (!n) return 0;
    copy(&w->end_p, w->p_before), copy(&w->end_q, w->q_before);
    int64_t first, second;
    if (value_at(b, n + 1) > 0)
        first = value_at(a, n + 1), second = value_at(b, n + 1);
    else
        first = 2, second = -value_at(a, n);
    combine(&w->end_p, w->p, first, second), combine(&w->end_q, w->q, first, second);
    if (is_negative(w->q) != is_negative(&w->end_q) || is_negative(w->p) != is_negative(&w->end_p)) return 0;
    *negative = is_negative(w->p) != is_negative(w->q);
    int low_count = fixed_point(w, w->p, w->q, low), high_count = fixed_point(w, &w->end_p, &w->end_q, high);
    if (!low_count || !high_count || bits_of(low, low_count) < wanted + SPARE_BITS) return 0;
    if (compare(low, low_count, high, high_count) > 0) {
        uint64_t other[FIXED_LIMBS];
        memcpy(other, low, sizeof other), memcpy(low, high, sizeof other), memcpy(high, other, sizeof other);
        int count = low_count;
        low_count = high_count, high_count = count;
    }
    for (int i = 0; i < FIXED_LIMBS && !++high[i]; i++) continue; /* the floor of the higher end, and a unit */
    high_count = trimmed(high, FIXED_LIMBS);
    char other_text[MOST_DIGITS];
    int other_exponent;
    if (!digits_of(low, low_count, digits, text, exponent)) return 0;
    if (!digits_of(high, high_count, digits, other_text, &other_exponent)) return 0;
    if (*exponent != other_exponent || memcmp(text, other_text, (size_t)digits) != 0) return 0;
    return may_be_rational(low, low_count, (wanted - 24) / 2) ? 0 : 1;
}

EXPORTED int formulary_fraction_bits(void) { return FRACTION_BITS; }
EXPORTED int formulary_fixed_limbs(void) { return FIXED_LIMBS; }

/* For `count` formulas, a and b of three coefficients each, to `digits` <= MOST_DIGITS digits, from a depth that gives
   `wanted` bits: ends (count, 2, FIXED_LIMBS) holds |L| 2^F from below and above, text (count, digits) the digits that
   both ends round to, what (count, 3): done, the exponent of ten of the last digit, and whether L is negative. Not done
   is what converges too slowly, may be rational, or whose ends part. Returns 0 where memory is lacking. */
EXPORTED int formulary_limits(const int64_t *a, const int64_t *b, int count, int digits, int wanted, uint64_t *ends,
                              char *text, int *what) {
    Work *w = malloc(sizeof *w);
    if (!w || digits > MOST_DIGITS) return free(w), 0;
    for (int i = 0; i < count; i++) {
        uint64_t *low = ends + 2 * FIXED_LIMBS * (int64_t)i;
        what[3 * i] = limit_of(w, a + 3 * i, b + 3 * i, digits, wanted, low, low + FIXED_LIMBS,
                               text + (int64_t)digits * i, &what[3 * i + 1], &what[3 * i + 2]);
    }
    free(w);
    return 1;
}
