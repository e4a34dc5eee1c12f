/* From where on a tail x_n = a(n) + b(n+1)/(a(n+1) + ...) is regular, that is enclosed by its coefficients:

       b > 0:                                  a_n <= x_n <= a_n + b_{n+1}/a_{n+1}
       b < 0, a_n a_{n+1} + 4 b_{n+1} >= 0:      a_n/2 <= x_n <= a_n                     (Worpitzky)

   for a with a positive leading coefficient. The further bracket of the Python path, a parabola sequence, is left to
   it. */
#include "kernels.h"

static int degree_of(const int64_t *p) { return p[2] ? 2 : p[1] ? 1 : 0; }

int positive_from(const int64_t *p, int degree, int most) {
    int64_t taylor[5];
    for (int i = 0; i <= degree; i++) taylor[i] = p[i];
    for (int n = 0; n <= most; n++) {
        int all = taylor[0] > 0;
        for (int i = 1; i <= degree; i++) all = all && taylor[i] >= 0;
        if (all) return n;
        /* p(n + 1 + t): Horner's scheme at 1 */
        for (int i = 0; i < degree; i++)
            for (int k = degree - 1; k >= i; k--) taylor[k] += taylor[k + 1];
    }
    return -1;
}

int regular_from(const int64_t *a, const int64_t *b, int most) {
    int degree = degree_of(b), negative = b[degree] < 0;
    int64_t size[3] = {negative ? -b[0] : b[0], negative ? -b[1] : b[1], negative ? -b[2] : b[2]};
    if (a[degree_of(a)] <= 0) return -1;
    int from_a = positive_from(a, degree_of(a), most), from_b = positive_from(size, degree, most);
    if (from_a < 0 || from_b < 0) return -1;
    int from = from_a > from_b ? from_a : from_b;
    if (!negative) return from;
    /* a(n) a(n+1) + 4 b(n+1) + 1 > 0: of integers, the same as >= 0 without the 1 */
    int64_t next[3] = {a[0] + a[1] + a[2], a[1] + 2 * a[2], a[2]}, condition[5] = {0, 0, 0, 0, 0};
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) condition[i + k] += a[i] * next[k];
    condition[0] += 4 * (b[0] + b[1] + b[2]);
    condition[1] += 4 * (b[1] + 2 * b[2]);
    condition[2] += 4 * b[2];
    degree = 4;
    while (degree && !condition[degree]) degree--;
    if (condition[degree] < 0) return -1; /* the parabola's case */
    condition[0] += 1;
    if (condition[degree] <= 0) return -1;
    int from_both = positive_from(condition, degree, most);
    return from_both < 0 ? -1 : from_both > from ? from_both : from;
}
