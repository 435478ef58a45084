// Counts: counter += 1.
//
//   counter : [1] u32
//
// One invocation.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x = 1) in;

IO(0, uint, counter)
PUSH(A(uint, counter))

void main() { el(counter, 0) += 1u; }
