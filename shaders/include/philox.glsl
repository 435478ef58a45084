// Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), and what is drawn from it.
// A value is a pure function of (seed, stream, step, element); internal/philox is the same function in Go.
//
//   key = seed, low and high word     counter = (element/4, step, stream, attempt)     word = element mod 4
#ifndef PHILOX_GLSL
#define PHILOX_GLSL

uvec4 philox(uvec4 counter, uvec2 key) {
	for (int i = 0; i < 10; i++) {
		uint high0, low0, high2, low2;
		umulExtended(0xD2511F53u, counter.x, high0, low0);
		umulExtended(0xCD9E8D57u, counter.z, high2, low2);
		counter = uvec4(high2 ^ counter.y ^ key.x, low2, high0 ^ counter.w ^ key.y, low0);
		key += uvec2(0x9E3779B9u, 0xBB67AE85u);
	}
	return counter;
}

// [0,1), 24 bits.
float uniform01(uint word) { return float(word >> 8) * 5.9604644775390625e-8; }

// Uniform over 0 .. n-1.
uint below(uint word, uint n) {
	uint high, low;
	umulExtended(word, n, high, low);
	return high;
}

// ln k/2^24 for 1 <= k <= 2^24, to 1 ulp on every device: Vulkan lets the built-in log be off by 2^-21.
float log24(uint k) {
	uint bits = floatBitsToUint(float(k));
	int exponent = int(bits >> 23) - 127;
	float m = uintBitsToFloat((bits & 0x7FFFFFu) | 0x3F800000u);
	bool high = m > 1.41421356;
	exponent += high ? 1 : 0;
	float x = (high ? 0.5 * m : m) - 1.0, z = x * x;
	float p = 7.0376836292e-2; // Cephes logf
	p = fma(p, x, -1.1514610310e-1);
	p = fma(p, x, 1.1676998740e-1);
	p = fma(p, x, -1.2420140846e-1);
	p = fma(p, x, 1.4249322787e-1);
	p = fma(p, x, -1.6668057665e-1);
	p = fma(p, x, 2.0000714765e-1);
	p = fma(p, x, -2.4999993993e-1);
	p = fma(p, x, 3.3333331174e-1);
	float e = float(exponent - 24);
	float y = fma(x * z, p, e * -2.12194440e-4);
	return fma(e, 0.693359375, x + fma(-0.5, z, y));
}

// (cos, sin) of 2 pi v, v = uniform01(word): Vulkan lets the built-ins be off by 2^-11.
vec2 circle(uint word) {
	int quarter = int(((word >> 8) + (1u << 21)) >> 22);
	float t = (uniform01(word) * 4.0 - float(quarter)) * 1.57079632679, z = t * t; // |t| <= pi/4
	float s = fma(t * z, fma(z, fma(z, -1.9515295891e-4, 8.3321608736e-3), -1.6666654611e-1), t);
	float c = fma(z * z, fma(z, fma(z, 2.443315711809948e-5, -1.388731625493765e-3), 4.166664568298827e-2), fma(-0.5, z, 1.0));
	int turn = quarter & 3; // (c, s), (-s, c), (-c, -s), (s, -c)
	bool odd = (turn & 1) != 0;
	vec2 p = odd ? vec2(s, c) : vec2(c, s);
	return vec2(turn == 1 || turn == 2 ? -p.x : p.x, turn >= 2 ? -p.y : p.y);
}

// Two standard normals from two words (Box & Muller 1958).
vec2 normal2(uint w0, uint w1) { return sqrt(-2.0 * log24((w0 >> 8) + 1u)) * circle(w1); }

#endif
