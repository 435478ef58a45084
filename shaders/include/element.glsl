// Element-wise loads whose lanes are neighbours. On a CPU driver a work-group is one subgroup and a load of its lanes
// becomes one vector load (lanes.glsl says how); an invocation takes RUNS runs of LANES elements in each turn of its loop,
// because a turn costs as much as several runs. With RUNS 0, for a GPU, it takes one element, and each lane loads its own.
//
// What is the same in each turn is computed before the loop: lavapipe carries what a loop computes and what is used behind
// it through memory, and LOAD_NEAR is one load only where the lane's number is not carried so.
//
// A run that would reach over the end of n elements begins earlier; what is its own is written, the rest left alone.
#ifndef ELEMENT_GLSL
#define ELEMENT_GLSL

#include "lanes.glsl"

const int NV = RUNS > 0 ? RUNS : 1;

// Rows that a kernel which walks rows may take in a turn; a row that would be beyond the last is the last again.
const int TURN = RUNS > 0 ? 4 : 1;

// Where the run that should begin at first does begin; its lanes hold start + near().
int run_start(int first, int n) { return max(0, min(first, n - LANES)); }

// This lane's place in a run.
int near() { return RUNS > 0 ? LANE : int(gl_LocalInvocationIndex); }

bool run_owns(int i, int first, int n) { return i >= first && i < n; }

// r = element start + near() of the argument; start is the same for all lanes.
#define LOAD_NEAR(r, argument, start)                           \
	if (RUNS > 0) { LOAD_RUN(r, argument, at(argument, start), 0) } \
	else r = el(argument, (start) + near());

// The columns of an invocation of a kernel that walks rows, for n columns: the starts of its runs, each lane's column in
// them, and whether it is the run's own.
#define COLUMNS(n)                                                     \
	int start[NV], column[NV];                                         \
	bool own[NV];                                                      \
	[[unroll]] for (int u = 0; u < NV; u++) {                          \
		int first_ = (int(gl_WorkGroupID.x) * NV + u) * LANES;         \
		start[u] = run_start(first_, n);                               \
		column[u] = start[u] + near();                                 \
		own[u] = run_owns(column[u], first_, n);                       \
	}

#endif
