// Ends a step: copies its figures to slot step mod slots of the metrics ring, then counts the step.
//
//   step    : [1] u32, counted up
//   figures : [count] f32
//   guard   : [3] u32, of guard.comp
//   ring    : [slots,2+count] f32; the first words of a slot are the step plus 1, and guard's first, as u32 bits
//
// One invocation.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"

layout(local_size_x = 1) in;

IO(0, uint, step)
IN(1, float, figures)
IN(2, uint, guard)
OUT(3, float, ring)
PUSH(A(uint, step) A(float, figures) A(uint, guard) A(float, ring) uint slots; int count;)

void main() {
	uint now = el(step, 0);
	int slot = int(now % pc.slots) * (2 + pc.count);
	for (int i = 0; i < pc.count; i++) el(ring, slot + 2 + i) = el(figures, i);
	el(ring, slot + 1) = uintBitsToFloat(el(guard, 0));
	el(ring, slot) = uintBitsToFloat(now + 1u);
	el(step, 0) = now + 1u;
}
