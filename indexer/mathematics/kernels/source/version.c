/* What a library of kernels says of itself, so that one of other sources is refused. */
#include "kernels.h"

EXPORTED const char *formulary_version(void) { return KERNEL_VERSION; }
