// How tile.glsl cuts a product, and what lets it move four elements at once; and the arguments' elements.
#ifndef CUT_GLSL
#define CUT_GLSL

layout(constant_id = 20) const int BM = 64;
layout(constant_id = 21) const int BN = 64;
layout(constant_id = 22) const int BK = 16;
layout(constant_id = 23) const int TM = 8;
layout(constant_id = 24) const int TN = 8;
layout(constant_id = 25) const int SPLITS = 1;
layout(constant_id = 26) const bool A_QUADS = false;
layout(constant_id = 27) const bool B_QUADS = false;
layout(constant_id = 28) const bool C_QUADS = false;

#define LEFT(x)   float a_load(int i) { return el(x, i); } vec4 a_load4(int i) { return el4(x, i); }
#define RIGHT(x)  float b_load(int i) { return el(x, i); } vec4 b_load4(int i) { return el4(x, i); }
#define RESULT(x) void store(int i, float v) { el(x, i) = v; } void store4(int i, vec4 v) { el4(x, i) = v; }

#endif
