// Batch normalisation (Ioffe & Szegedy 2015, algorithm 1) over the rows of a group, per channel; biased variance.
// The batch is a number of groups of equal size, one after the other, with statistics of their own. A group's rows
// are cut into chunks, or the kernel that makes them into its tiles; what is known of these parts is put together in order, so
// results repeat bit for bit.
//
//   moments : [groups,2,channels] f32: mean, 1/sqrt(variance + eps)
//   partial : [groups,parts,2,channels] f32
#ifndef BN_GLSL
#define BN_GLSL

int pair(int group, int which, int channels, int c) { return (group * 2 + which) * channels + c; }

#endif
