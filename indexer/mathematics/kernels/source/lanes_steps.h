/* The body of `Steps`, compiled once for each variant: STEPS names it, STEPS_TARGET is its processor, MULTIPLY_ADD(x, y,
   z) is x y + z. All of these are integers below 2^53, so that fused or not, the result is the same. */
static inline STEPS_TARGET double STEPS_NAME(_reduced)(double x, double modulus, double inverse) {
    double quotient = MULTIPLY_ADD(x, inverse, 6755399441055744.0) - 6755399441055744.0;
    return MULTIPLY_ADD(-quotient, modulus, x);
}

static STEPS_TARGET void STEPS_NAME()(int lanes, double *restrict x, double *restrict y,
                                      const double *restrict modulus, const double *restrict inverse, const double *a,
                                      const double *b, int count) {
    if (count == AT_ONCE) {
        const double a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3];
        for (int j = 0; j < lanes; j++) {
            const double m = modulus[j], i = inverse[j];
            double u = x[j], v = y[j];
            v = STEPS_NAME(_reduced)(MULTIPLY_ADD(a0, u, b0 * v), m, i);
            u = STEPS_NAME(_reduced)(MULTIPLY_ADD(a1, v, b1 * u), m, i);
            v = STEPS_NAME(_reduced)(MULTIPLY_ADD(a2, u, b2 * v), m, i);
            u = STEPS_NAME(_reduced)(MULTIPLY_ADD(a3, v, b3 * u), m, i);
            x[j] = u, y[j] = v;
        }
        return;
    }
    for (int k = 0; k < count; k++) {
        const double ak = a[k], bk = b[k];
        for (int j = 0; j < lanes; j++) {
            const double u = x[j];
            x[j] = STEPS_NAME(_reduced)(MULTIPLY_ADD(ak, u, bk * y[j]), modulus[j], inverse[j]);
            y[j] = u;
        }
    }
}
