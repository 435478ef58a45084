// What every kernel begins with: arguments that read the same in both builds.
//
//   addresses (default)  an argument is a pointer in the push constants
//   storage (-DSTORAGE)  an argument is a storage buffer of set 0, and its push constant the offset of its
//                        first element in the bound range
//
//   IN (binding, T, x)   declares argument x, an array of T that the kernel only reads,
//   OUT(binding, T, x)   only writes,
//   IO (binding, T, x)   or both. Bindings count from 0 in the order of PUSH.
//   PUSH(A(T, x) ... int n; float rate;)   the push constants: every argument, then 4-byte scalars, seen as pc.n
//
//   el(x, i)             element i of argument x
//   ptr(T) p = at(x, i)  a pointer to element i; p += n moves it
//   ld(x, p, k)          element p[k] of argument x
//   STORE_2(x, p, k, a, b)  elements p[k] and p[k+1] of argument x, floats, = a and b. Where there are addresses both go at
//                        once, as one number of 64 bits, which must lie on a multiple of 8 bytes; made by a shift, because
//                        packUint2x32 overruns an array of lavapipe's compiler where vectors have 512 bits (Mesa
//                        26.2.6)
//
//   IN4, OUT4            declare an argument of floats that is also read, or written, four at a time:
//   el4(x, i)            elements i .. i+3, which lie on a multiple of 16 bytes
//
// el, el4 and ld can be assigned to. T is float, int or uint. A pointer bumped in the loop with constant k is the
// fast form on lavapipe, several times faster than an index computed anew.
#ifndef KERNEL_GLSL
#define KERNEL_GLSL

#extension GL_EXT_control_flow_attributes : require

#ifdef STORAGE

#define IN(i, T, x)  layout(set = 0, binding = i, std430) readonly buffer x##_Buffer { T x##_data[]; };
#define OUT(i, T, x) layout(set = 0, binding = i, std430) writeonly buffer x##_Buffer { T x##_data[]; };
#define IO(i, T, x)  layout(set = 0, binding = i, std430) buffer x##_Buffer { T x##_data[]; };
#define A(T, x)      uint x;
#define IN4(i, x)    IN(i, float, x) layout(set = 0, binding = i, std430) readonly buffer x##_Quads { vec4 x##_quads[]; };
#define OUT4(i, x)   OUT(i, float, x) layout(set = 0, binding = i, std430) writeonly buffer x##_Quads { vec4 x##_quads[]; };

#define ptr(T)       int
#define at(x, i)     (int(pc.x) + int(i))
#define ld(x, p, k)  x##_data[(p) + (k)]
#define el(x, i)     x##_data[int(pc.x) + int(i)]
#define el4(x, i)    x##_quads[(int(pc.x) + int(i)) / 4]

#define STORE_2(x, p, k, a, b) { ld(x, p, k) = a; ld(x, p, (k) + 1) = b; }

#else

#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference2 : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_ARB_gpu_shader_int64 : require

layout(buffer_reference, std430, buffer_reference_align = 4) buffer float_Pointer { float v; };
layout(buffer_reference, std430, buffer_reference_align = 4) buffer int_Pointer { int v; };
layout(buffer_reference, std430, buffer_reference_align = 4) buffer uint_Pointer { uint v; };

#define IN(i, T, x)
#define OUT(i, T, x)
#define IO(i, T, x)
#define IN4(i, x)
#define OUT4(i, x)
#define A(T, x)      ptr(T) x;

#define ptr(T)       T##_Pointer
#define at(x, i)     (pc.x + (i))
#define ld(x, p, k)  (p)[k].v
#define el(x, i)     pc.x[i].v
#define el4(x, i)    quad_Pointer(uint64_t(at(x, i))).quad

layout(buffer_reference, std430, buffer_reference_align = 16) buffer quad_Pointer { vec4 quad; };
layout(buffer_reference, std430, buffer_reference_align = 8) buffer pair_Pointer { uint64_t pair; };

#define STORE_2(x, p, k, a, b) { pair_Pointer(uint64_t((p) + (k))).pair = uint64_t(floatBitsToUint(a)) + (uint64_t(floatBitsToUint(b)) << 32); }

#endif

#define PUSH(members) layout(push_constant, std430) uniform Push { members } pc;

#endif
