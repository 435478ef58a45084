// Activations y = f(z), chosen by a specialisation constant, and f'(z) expressed by y (as layers/activation.go numbers them).
#ifndef ACTIVATION_GLSL
#define ACTIVATION_GLSL

#include "exp.glsl"

const int ACT_NONE = 0;
const int ACT_RELU = 1;
const int ACT_LEAKY_RELU = 2; // max(z, 0.2 z)
const int ACT_SIGMOID = 3;
const int ACT_SOFTPLUS = 4; // log(1 + e^z)

float activate(int act, float z) {
	if (act == ACT_RELU) return max(z, 0.0);
	if (act == ACT_LEAKY_RELU) return max(z, 0.2 * z);
	if (act == ACT_SIGMOID) return 1.0 / (1.0 + exp(-z));
	if (act == ACT_SOFTPLUS) return max(z, 0.0) + log_one_plus(exp(-abs(z)));
	return z;
}

float activate_grad(int act, float y) {
	if (act == ACT_RELU) return y > 0.0 ? 1.0 : 0.0;
	if (act == ACT_LEAKY_RELU) return y > 0.0 ? 1.0 : 0.2;
	if (act == ACT_SIGMOID) return y * (1.0 - y);
	if (act == ACT_SOFTPLUS) return one_minus_exp(-y);
	return 1.0;
}

#endif
