/* Big integers: steps of the recurrence in two's complement, and the long division of natural numbers (Knuth, The Art
   of Computer Programming 2, 4.3.1, algorithm D). */
#include "integers.h"

#include <string.h>

void set(Integer *x, int64_t value) { x->count = 1, x->limb[0] = (uint64_t)value; }

int is_negative(const Integer *x) { return (int64_t)x->limb[x->count - 1] < 0; }

/* The limb i of x, beyond its last one that of its sign. */
static inline uint64_t limb_at(const Integer *x, int i, uint64_t sign) { return i < x->count ? x->limb[i] : sign; }

void combine(Integer *y, const Integer *x, int64_t a, int64_t b) {
    const uint64_t x_sign = is_negative(x) ? ~(uint64_t)0 : 0, y_sign = is_negative(y) ? ~(uint64_t)0 : 0;
    const int both = x->count < y->count ? x->count : y->count, longer = x->count > y->count ? x->count : y->count;
    wide carry = 0; /* limbs are natural, a and b signed: their products have fewer than 125 bits */
    for (int i = 0; i < both; i++) {
        carry += (wide)a * (wide)x->limb[i] + (wide)b * (wide)y->limb[i];
        y->limb[i] = (uint64_t)carry, carry >>= LIMB;
    }
    for (int i = both; i < longer; i++) {
        carry += (wide)a * (wide)limb_at(x, i, x_sign) + (wide)b * (wide)limb_at(y, i, y_sign);
        y->limb[i] = (uint64_t)carry, carry >>= LIMB;
    }
    /* the limbs of the signs stand for -2^(64 count) */
    carry -= (x_sign ? (wide)a : 0) + (y_sign ? (wide)b : 0);
    y->limb[longer] = (uint64_t)carry;
    int count = longer + 1;
    while (count > 1 && y->limb[count - 1] == ((int64_t)y->limb[count - 2] < 0 ? ~(uint64_t)0 : 0)) count--;
    y->count = count;
}

int magnitude_of(const Integer *x, uint64_t *magnitude) {
    uint64_t flip = is_negative(x) ? ~(uint64_t)0 : 0, carry = flip & 1;
    for (int i = 0; i < x->count; i++) {
        magnitude[i] = (x->limb[i] ^ flip) + carry;
        carry = carry && !magnitude[i];
    }
    return trimmed(magnitude, x->count);
}

int bits_of(const uint64_t *x, int count) { return count ? LIMB * count - __builtin_clzll(x[count - 1]) : 0; }

static void shift_left(uint64_t *x, int count, int bits) {
    if (!bits) return;
    for (int i = count - 1; i > 0; i--) x[i] = x[i] << bits | x[i - 1] >> (LIMB - bits);
    x[0] <<= bits;
}

static void shift_right(uint64_t *x, int count, int bits) {
    if (!bits) return;
    for (int i = 0; i + 1 < count; i++) x[i] = x[i] >> bits | x[i + 1] << (LIMB - bits);
    x[count - 1] >>= bits;
}

/* The quotient of two limbs by one, high < v. */
static inline uint64_t divide_two(uint64_t high, uint64_t low, uint64_t v) {
    return (uint64_t)(((unsigned_wide)high << LIMB | low) / v);
}

static void divide_by_limb(uint64_t *u, int count, uint64_t v, uint64_t *quotient) {
    uint64_t rest = 0;
    for (int i = count - 1; i >= 0; i--) {
        uint64_t digit = rest ? divide_two(rest, u[i], v) : u[i] / v;
        rest = u[i] - digit * v, quotient[i] = digit;
    }
    u[0] = rest;
}

void divide(uint64_t *u, int count, const uint64_t *v, int below, uint64_t *quotient) {
    if (below == 1) {
        divide_by_limb(u, count, v[0], quotient);
        return;
    }
    uint64_t w[2 * MOST_LIMBS + 4];
    const int shift = __builtin_clzll(v[below - 1]);
    memcpy(w, v, (size_t)below * sizeof *w);
    shift_left(w, below, shift);
    u[count] = 0;
    shift_left(u, count + 1, shift);
    const uint64_t first = w[below - 1], second = w[below - 2];
    for (int j = count - below; j >= 0; j--) {
        uint64_t *part = u + j, digit;
        unsigned_wide rest;
        if (part[below] >= first) {
            digit = ~(uint64_t)0;
            rest = (((unsigned_wide)part[below] << LIMB) | part[below - 1]) - (unsigned_wide)digit * first;
        } else {
            digit = divide_two(part[below], part[below - 1], first);
            rest = part[below - 1] - digit * first;
        }
        while (!(rest >> LIMB) && (unsigned_wide)digit * second > (rest << LIMB | part[below - 2]))
            digit--, rest += first;
        uint64_t borrow = 0;
        for (int i = 0; i < below; i++) {
            unsigned_wide taken = (unsigned_wide)digit * w[i] + borrow;
            borrow = (uint64_t)(taken >> LIMB) + (part[i] < (uint64_t)taken);
            part[i] -= (uint64_t)taken;
        }
        int too_much = part[below] < borrow;
        part[below] -= borrow;
        if (too_much) { /* once in 2^63 */
            uint64_t carry = 0;
            digit--;
            for (int i = 0; i < below; i++) {
                unsigned_wide sum = (unsigned_wide)part[i] + w[i] + carry;
                part[i] = (uint64_t)sum, carry = (uint64_t)(sum >> LIMB);
            }
            part[below] += carry;
        }
        quotient[j] = digit;
    }
    shift_right(u, below, shift);
}
