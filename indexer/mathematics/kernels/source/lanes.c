/* Steps of many recurrences together: one source, two variants on x86. */
#include "lanes.h"

#include "kernels.h"

#define STEPS_NAME(part) steps_plain##part
#define STEPS_TARGET
#define MULTIPLY_ADD(x, y, z) ((x) * (y) + (z))
#include "lanes_steps.h"
#undef STEPS_NAME
#undef STEPS_TARGET
#undef MULTIPLY_ADD

#if defined(__x86_64__)
#define STEPS_NAME(part) steps_avx2##part
#define STEPS_TARGET __attribute__((target("avx2,fma")))
#define MULTIPLY_ADD(x, y, z) __builtin_fma(x, y, z)
#include "lanes_steps.h"

EXPORTED int formulary_best_variant(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 2 : 1;
}

Steps *steps_of(int variant) { return variant == 2 ? steps_avx2 : steps_plain; }
#else
EXPORTED int formulary_best_variant(void) { return 1; }

Steps *steps_of(int variant) { return (void)variant, steps_plain; }
#endif
