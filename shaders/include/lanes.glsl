// The shape of the products and convolutions for CPU drivers: an invocation keeps TM rows times NV runs of LANES
// columns in registers; per term it loads NV runs of the right operand, packed by pack.comp, and, uniformly, TM values
// of the left one.
//
// A run is loaded element by element with uniform addresses, and each lane keeps its own: lavapipe's compiler turns
// that into one vector load, where a lane-varying address becomes a gather, or a branch per lane on processors whose
// gather is slow. It holds where a work-group is one subgroup, as here.
//
// Loops test at their end: lavapipe runs the body of a loop once more, without any lane, where the test stands at its
// beginning, and that of an `if` in any case; uniform loads happen all the same, so addresses are kept in bounds.
#ifndef LANES_GLSL
#define LANES_GLSL

#extension GL_KHR_shader_subgroup_basic : require

const int LANES = int(gl_WorkGroupSize.x);

#define LANE int(gl_SubgroupInvocationID)

// Is this lane k? main begins with find_lane: what is compared in a loop and again in the next, the compiler carries from
// one to the other through memory, and the loads of the next no longer merge.
bool lane_is[LANES];

void find_lane() {
	[[unroll]] for (int k = 0; k < LANES; k++) lane_is[k] = LANE == k;
}

// r = element p[k + LANE] of argument x.
#define LOAD_RUN(r, x, p, k)                                         \
	r = ld(x, p, k);                                                 \
	[[unroll]] for (int lane_ = 1; lane_ < LANES; lane_++) {         \
		float other_ = ld(x, p, (k) + lane_);                        \
		r = lane_is[lane_] ? other_ : r;                             \
	}

// a and b = elements p[k + 2*LANE] and p[k + 2*LANE + 1] of argument x: two runs as pairs, for STORE_2.
#define LOAD_PAIRS(a, b, x, p, k)                                    \
	a = ld(x, p, k);                                                 \
	b = ld(x, p, (k) + 1);                                           \
	[[unroll]] for (int lane_ = 1; lane_ < LANES; lane_++) {         \
		float even_ = ld(x, p, (k) + 2 * lane_);                     \
		float odd_ = ld(x, p, (k) + 2 * lane_ + 1);                  \
		a = lane_is[lane_] ? even_ : a;                              \
		b = lane_is[lane_] ? odd_ : b;                               \
	}

// Tiles of tm rows do not reach from one of a batch's groups of rows into the next: the first row of tile i, which is moved back
// where it would, and how many of its rows are then the tile before's too.
struct Rows { int first; int again; };

Rows rows_of(int i, int rows, int tm) {
	int tiles = (rows + tm - 1) / tm, from = i % tiles * tm, first = min(from, rows - tm);
	return Rows(i / tiles * rows + first, from - first);
}

// The first column of tile i of so many columns in all, moved back where the tile would reach over the edge.
int tile_start(int i, int width, int columns) { return max(0, min(i * width, columns - width)); }

#endif
