// The moments of a tile's columns, from the registers of the kernel that makes it: what bn_stats.comp would find, had it read
// the tile's rows. Argument partial, declared before this is included, takes them:
//
//   partial : [groups,parts,2,channels] f32: mean, sum of squared deviations, for bn_stats_finish.comp
//
// Deviations are taken from a value of the column itself, against cancellation.
#ifndef MOMENTS_GLSL
#define MOMENTS_GLSL

#include "bn.glsl"

// A value of the column, and the sums of the deviations from it and of their squares. Taking origin itself adds nothing.
struct Moments { float origin; float s; float q; };

Moments moments_from(float origin) { return Moments(origin, 0.0, 0.0); }

void take(inout Moments m, float z) {
	float d = z - m.origin;
	m.s += d;
	m.q = fma(d, d, m.q);
}

// put_moments writes those of column c of a part, of which so many values were taken.
void put_moments(int part, int channels, int c, Moments m, int count) {
	float mean = m.s / float(count);
	el(partial, pair(part, 0, channels, c)) = m.origin + mean;
	el(partial, pair(part, 1, channels, c)) = max(0.0, m.q - m.s * mean);
}

#endif
