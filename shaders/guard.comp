// Freezes training at the first number that is not finite: a figure of the step, or a parameter that its update left so.
//
//   step    : [1] u32, steps done so far
//   figures : [count] f32, this step's
//   bad0, bad1 : [1] u32, of adam.comp; bad1 is read if there are two networks
//   guard   : [3] u32, all 0 while training is sound; else: the step that froze it, plus 1; the figure, plus 1, or 0;
//             the network, plus 1, or 0
//
// It runs before the updates, for the figures, and after them, for the parameters. What is frozen stays so.
// One invocation.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
#include "finite.glsl"

layout(local_size_x = 1) in;
layout(constant_id = 1) const int NETWORKS = 1;

IN(0, uint, step)
IN(1, float, figures)
IN(2, uint, bad0)
IN(3, uint, bad1)
IO(4, uint, guard)
PUSH(A(uint, step) A(float, figures) A(uint, bad0) A(uint, bad1) A(uint, guard) int count;)

void main() {
	if (el(guard, 0) != 0u) return;
	uint figure = 0u, network = 0u;
	if (NETWORKS > 1 && el(bad1, 0) != 0u) network = 2u;
	if (el(bad0, 0) != 0u) network = 1u;
	for (int i = pc.count - 1; i >= 0; i--)
		if (!finite(el(figures, i))) figure = uint(i) + 1u;
	if (figure == 0u && network == 0u) return;
	el(guard, 0) = el(step, 0) + 1u;
	el(guard, 1) = figure;
	el(guard, 2) = network;
}
