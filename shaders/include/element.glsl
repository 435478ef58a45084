// Element-wise loads whose lanes are neighbours. With RUNS, for CPU drivers, a work-group is one subgroup and the load
// becomes a vector load (lanes.glsl says how); without, each lane loads its own element, as a GPU wants it.
#ifndef ELEMENT_GLSL
#define ELEMENT_GLSL

#include "lanes.glsl"

// r = element first + this lane's number of the argument; first is the same for all lanes.
#define LOAD_NEAR(r, argument, first)                           \
	if (RUNS) { LOAD_RUN(r, argument, at(argument, first), 0) } \
	else r = el(argument, (first) + int(gl_LocalInvocationIndex));

#endif
