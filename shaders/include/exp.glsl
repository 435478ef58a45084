// exp and log where they are small, to a few ulp of the result: 1 - exp(x) and log(1 + x) by the built-in functions lose
// all digits of it near 0.
#ifndef EXP_GLSL
#define EXP_GLSL

// 1 - exp(x) for x <= 0.
float one_minus_exp(float x) {
	if (x < -0.25) return 1.0 - exp(x);
	float p = 1.0 / 5040.0;
	p = fma(p, x, 1.0 / 720.0);
	p = fma(p, x, 1.0 / 120.0);
	p = fma(p, x, 1.0 / 24.0);
	p = fma(p, x, 1.0 / 6.0);
	p = fma(p, x, 0.5);
	return -fma(p * x, x, x);
}

// log(1 + x) for 0 <= x <= 1: 2 atanh(s), s = x/(2 + x) <= 1/3, by its series.
float log_one_plus(float x) {
	float s = x / (2.0 + x), z = s * s;
	float p = 2.0 / 15.0;
	p = fma(p, z, 2.0 / 13.0);
	p = fma(p, z, 2.0 / 11.0);
	p = fma(p, z, 2.0 / 9.0);
	p = fma(p, z, 2.0 / 7.0);
	p = fma(p, z, 2.0 / 5.0);
	p = fma(p, z, 2.0 / 3.0);
	return fma(p * z, s, 2.0 * s);
}

#endif
