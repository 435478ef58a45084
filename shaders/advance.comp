// Ends a step: copies its figures to slot step mod slots of the metrics ring, then counts the step.
//
//   step    : [1] u32, counted up
//   figures : [count] f32
//   ring    : [slots,1+count] f32; the first word of a slot is the step, as u32 bits, plus 1
//
// One invocation.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x = 1) in;

IO(0, uint, step)
IN(1, float, figures)
OUT(2, float, ring)
PUSH(A(uint, step) A(float, figures) A(float, ring) uint slots; int count;)

void main() {
	uint now = el(step, 0);
	int slot = int(now % pc.slots) * (1 + pc.count);
	for (int i = 0; i < pc.count; i++) el(ring, slot + 1 + i) = el(figures, i);
	el(ring, slot) = uintBitsToFloat(now + 1u);
	el(step, 0) = now + 1u;
}
