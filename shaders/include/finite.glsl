// Is a number neither infinite nor a NaN? isinf and isnan may be optimised away; its bits may not.
#ifndef FINITE_GLSL
#define FINITE_GLSL

bool finite(float x) { return (floatBitsToUint(x) & 0x7f800000u) != 0x7f800000u; }

#endif
