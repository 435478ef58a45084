// s[i] += 1 after rounds turns of a loop, whose result adds 1 more in one case of 2^32 and so must be computed;
// fixed work groups of 4
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
layout(local_size_x = 4) in;
IO(0, uint, s)
PUSH(A(uint, s) uint rounds;)
void main() {
	int i = int(gl_GlobalInvocationID.x);
	uint v = el(s, i), x = v;
	for (uint k = 0; k < pc.rounds; k++) x = x * 1664525u + 1013904223u;
	el(s, i) = v + (x == 0x9e3779b9u ? 2u : 1u);
}
