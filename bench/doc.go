// Package bench measures how fast a device is, how fast the kernels of a training step are on it, and a step as a whole.
//
// Times are medians over repetitions, with the tenths of the repetitions below and above. The first run of a kernel, which
// compiles it, is never among them.
package bench
