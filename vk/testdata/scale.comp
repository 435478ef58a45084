// y[i] = x[i] * rate + bias, i < n; work groups: ceil(n / local size)
#version 460
#extension GL_GOOGLE_include_directive : require
#include "kernel.glsl"
layout(local_size_x_id = 0) in;
layout(constant_id = 1) const float bias = 0;
IN (0, float, x)
OUT(1, float, y)
PUSH(A(float, x) A(float, y) int n; float rate;)
void main() {
	int i = int(gl_GlobalInvocationID.x);
	if (i < pc.n) el(y, i) = el(x, i) * pc.rate + bias;
}
