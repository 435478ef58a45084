// The shape of the products and convolutions for CPU drivers: an invocation keeps TM rows times NV runs of LANES
// columns in registers; per term it loads NV runs of the right operand and, uniformly, TM values of the left one.
//
// A run is loaded element by element with uniform addresses, and each lane keeps its own: lavapipe's compiler turns
// that into one vector load, where a lane-varying address becomes a gather, or a branch per lane on processors whose
// gather is slow. It holds where a work-group is one subgroup, as here. NARROW, for less than LANES columns, gathers.
#ifndef LANES_GLSL
#define LANES_GLSL

#extension GL_KHR_shader_subgroup_basic : require

const int LANES = int(gl_WorkGroupSize.x);

#define LANE int(gl_SubgroupInvocationID)

// r = element p[k + LANE] of argument x; columns: how many the tile has, where NARROW.
#define LOAD_RUN(r, x, p, k, columns)                                    \
	if (NARROW) r = ld(x, p, (k) + min(LANE, (columns) - 1));            \
	else {                                                               \
		r = ld(x, p, k);                                                 \
		[[unroll]] for (int lane_ = 1; lane_ < LANES; lane_++) {         \
			float other_ = ld(x, p, (k) + lane_);                        \
			r = LANE == lane_ ? other_ : r;                              \
		}                                                                \
	}

// The first column of tile i of so many, moved back where it would reach over the edge, and this lane's own.
int tile_start(int i, int size, int columns) { return NARROW ? 0 : min(i * size, columns - size); }
int own_column(int first, int columns) { return first + (NARROW ? min(LANE, columns - 1) : LANE); }

#endif
