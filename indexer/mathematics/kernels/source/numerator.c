/* Which primes may divide gcd(p_n, q_n), and from which step on.

   The determinant p_n q_{n-1} - p_{n-1} q_n is b(1) ... b(n) up to its sign. So a prime p can divide g_n only where it
   divides some b(k), k <= n; let k be the least. Before it the determinant is a unit modulo p, so that p_{k-1} and
   q_{k-1} are not both 0 modulo p; and as u_k = a(k) u_{k-1} modulo p,

       (p_n, q_n) = K(k..n) (p_{k-1}, q_{k-1})   modulo p,   n >= k,

   K(k..n) the continuant of the steps k to n, which follows the same recurrence from (0, 1) before step k. Hence p
   divides g_n exactly where it divides K(k..n): one recurrence modulo p, its lane, decides. Primes with one k share a
   modulus, and further moduli join a lane with room (numbers coprime, their product at most 2^29) when they begin. */
#include "numerator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIEVE 4001 /* above the square root of LARGEST_STEP */
#define NEW_PRIMES 4 /* more primes than that above SMALL_BELOW have a product above LARGEST_STEP */
#define ROOM_BITS 30

/* The new primes of each b(k), and what is left of |b(k)| without all primes looked at so far. */
typedef struct {
    int64_t rest[LAST + 1];
    int count[LAST + 1], prime[LAST + 1][NEW_PRIMES];
} Factors;

/* a^-1 modulo m, from Euclid's algorithm; a and m are coprime. */
static int64_t inverse_modulo(int64_t a, int64_t m) {
    int64_t above = m, below = a % m, before = 0, cofactor = 1;
    while (below) {
        int64_t quotient = above / below, next = above - quotient * below;
        above = below, below = next;
        next = before - quotient * cofactor, before = cofactor, cofactor = next;
    }
    return before < 0 ? before + m : before;
}

static void add_prime(Factors *f, int k, int p) {
    if (f->count[k] < NEW_PRIMES) f->prime[k][f->count[k]] = p;
    f->count[k]++;
}

/* Takes a prime out of all b(k): its roots modulo p among 1..p are tried one by one, by differences. */
static void take_out(Numerator *t, Factors *f, const int64_t *b, int p) {
    int first = 1, until = p < LAST ? p : LAST;
    int value = (int)((b[0] % p + p) % p), curvature = (int)((2 * (b[2] % p) % p + p) % p);
    int slope = (int)(((b[1] + b[2]) % p + p) % p);
    for (int r = 1; r <= until; r++) {
        value += slope, value -= value >= p ? p : 0;
        slope += curvature, slope -= slope >= p ? p : 0;
        if (value) continue;
        if (first && p >= SMALL_BELOW) add_prime(f, r, p);
        if (first && p < SMALL_BELOW) t->small_prime[t->small++] = p;
        first = 0;
        for (int k = r; k <= LAST; k += p)
            while (f->rest[k] % p == 0) f->rest[k] /= p;
    }
}

/* All primes up to the square root of the largest |b(k)|; what is left then is 1 or a prime, new where not seen before. */
static int factored(Numerator *t, Factors *f, const int64_t *b) {
    static const int slots = 4096;
    int64_t largest = 1;
    for (int k = 1; k <= LAST; k++) {
        f->rest[k] = llabs(t->exact_b[k]), f->count[k] = 0;
        if (!f->rest[k]) return 0;
        if (f->rest[k] > largest) largest = f->rest[k];
    }
    char *composite = calloc(SIEVE, 1);
    int *seen = calloc(slots, sizeof *seen);
    if (!composite || !seen) return free(composite), free(seen), 0;
    for (int p = 2; p < SIEVE; p++) {
        if (composite[p]) continue;
        for (int multiple = p * p; multiple < SIEVE; multiple += p) composite[multiple] = 1;
        if (p < SMALL_BELOW || (int64_t)p * p <= largest) take_out(t, f, b, p);
    }
    int fits = 1;
    for (int k = 1; k <= LAST; k++) {
        if (f->rest[k] > 1) {
            int p = (int)f->rest[k], slot = p % slots;
            while (seen[slot] && seen[slot] != p) slot = (slot + 1) % slots;
            if (!seen[slot]) seen[slot] = p, add_prime(f, k, p);
        }
        fits = fits && f->count[k] <= NEW_PRIMES;
    }
    free(composite), free(seen);
    return fits;
}

/* The lanes of small primes: p^e <= SMALL_POWER, two powers a lane. */
static int small_lanes(Numerator *t, int lane) {
    for (int i = 0; i < t->small; lane += 2) {
        double modulus = 1;
        for (int two = 0; two < 2 && i < t->small; two++, i++) {
            int p = t->small_prime[i], exponent = 0;
            double power = 1;
            while (power * p <= SMALL_POWER) power *= p, exponent++;
            t->small_exponent[i] = exponent, t->small_lane[i] = lane, modulus *= power;
        }
        t->modulus[lane] = t->modulus[lane + 1] = modulus;
    }
    return lane;
}

/* Fills a numerator; 1 where it can be used: no b(k) is 0 for k <= LAST, all within LARGEST_STEP. */
EXPORTED int formulary_numerator(const int64_t *b, Numerator *t) {
    memset(t, 0, sizeof *t);
    for (int k = 0; k <= LAST + 1; k++) {
        t->exact_b[k] = value_at(b, k), t->b[k] = (double)t->exact_b[k];
        if (llabs(t->exact_b[k]) > LARGEST_STEP) return 0;
    }
    Factors *f = malloc(sizeof *f);
    int(*with_room)[LAST + 1] = malloc((ROOM_BITS + 1) * sizeof *with_room); /* lanes by the bits left to the largest */
    int waiting[ROOM_BITS + 1] = {0};
    if (!f || !with_room || !factored(t, f, b)) return free(f), free(with_room), 0;
    t->modulus[0] = t->modulus[1] = WITNESS;
    int lane = t->first = small_lanes(t, 2), fits = 1;
    t->begun[0] = lane;
    for (int k = 1; k <= LAST && fits; k++) {
        if (f->count[k]) {
            double modulus = 1;
            for (int i = 0; i < f->count[k]; i++) modulus *= f->prime[k][i];
            int at = -1;
            for (int bits = (int)ceil(log2(modulus) + 1e-9); bits <= ROOM_BITS && at < 0; bits++)
                if (waiting[bits]) at = with_room[bits][--waiting[bits]];
            if (at >= 0) {
                Join *join = &t->join[t->joins++];
                *join = (Join){at, k, t->modulus[at], modulus, 1 / modulus, 0};
                join->lift = (double)inverse_modulo((int64_t)fmod(join->before, modulus), (int64_t)modulus);
                t->modulus[at] *= modulus;
            } else
                t->modulus[at = lane++] = modulus;
            int room = (int)floor(log2(LARGEST_MODULUS / t->modulus[at]) - 1e-9);
            if (room >= 6) with_room[room][waiting[room]++] = at;
            fits = t->primes + f->count[k] <= MOST_PRIMES;
            for (int i = 0; i < f->count[k] && fits; i++) {
                t->lane_of[t->primes] = at;
                t->prime[t->primes++] = f->prime[k][i];
            }
        }
        t->begun[k] = lane, t->joined[k] = t->joins, t->known[k] = t->primes;
    }
    t->lanes = lane;
    for (int j = lane; j < MOST_LANES; j++) t->modulus[j] = 1;
    for (int j = 0; j < MOST_LANES; j++) t->inverse[j] = 1 / t->modulus[j];
    return free(f), free(with_room), fits;
}

EXPORTED int64_t formulary_numerator_size(void) { return (int64_t)sizeof(Numerator); }
