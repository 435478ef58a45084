// s[0] = high word of a 64-bit product
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#include "kernel.glsl"
layout(local_size_x = 1) in;
IO(0, uint, s)
PUSH(A(uint, s) uint n;)
void main() { el(s, 0) = uint((uint64_t(el(s, 0)) * pc.n) >> 32); }
