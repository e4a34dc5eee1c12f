/* Big integers, as far as limits need them: steps of the recurrence, and division. Limbs of 64 bits, lowest first. */
#ifndef FORMULARY_INTEGERS_H
#define FORMULARY_INTEGERS_H

#include "kernels.h"

#define LIMB 64
#define MOST_LIMBS 400

/* In two's complement: the highest bit of the highest limb is the sign. */
typedef struct {
    int count;
    uint64_t limb[MOST_LIMBS + 2];
} Integer;

void set(Integer *x, int64_t value);

/* y = a x + b y; |a|, |b| < 2^60. */
void combine(Integer *y, const Integer *x, int64_t a, int64_t b);

int is_negative(const Integer *x);

/* Writes |x| to `magnitude`, of x->count limbs at most; returns how many it has without leading zeros. */
int magnitude_of(const Integer *x, uint64_t *magnitude);

/* Bits of a natural number of `count` limbs, the highest of them not 0; none for none. */
int bits_of(const uint64_t *x, int count);

/* Divides a natural number u of `count` limbs by v of `below` limbs, its highest one not 0, below <= count. The quotient,
   of count - below + 1 limbs, goes to `quotient`, the remainder, of `below` limbs, to u, which needs a limb more. */
void divide(uint64_t *u, int count, const uint64_t *v, int below, uint64_t *quotient);

/* The count without leading zeros. */
static inline int trimmed(const uint64_t *x, int count) {
    while (count && !x[count - 1]) count--;
    return count;
}

/* -1, 0, 1 as x is below, equal to, or above y; both trimmed. */
static inline int compare(const uint64_t *x, int x_count, const uint64_t *y, int y_count) {
    if (x_count != y_count) return x_count < y_count ? -1 : 1;
    for (int i = x_count - 1; i >= 0; i--)
        if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
    return 0;
}

#endif
