// The sum over a work-group's invocations, in a fixed order; for kernels of one small work-group.
#ifndef SUM_GLSL
#define SUM_GLSL

shared float sum_parts[LANES];

float sum_over_group(float v) {
	sum_parts[gl_LocalInvocationID.x] = v;
	barrier();
	float s = 0.0;
	for (int i = 0; i < LANES; i++) s += sum_parts[i];
	barrier();
	return s;
}

#endif
