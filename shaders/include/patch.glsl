// The patches of an image [ROWS,IH,IW,CI], one for each of the [ROWS,OH,OW] output pixels, as a matrix for tile.glsl: where an
// element lies is the sum of where its patch begins and of what its tap [KH,KW,CI] adds.
#ifndef PATCH_GLSL
#define PATCH_GLSL

ivec3 patch_of(int pixel) {
	int row = pixel / (OH * OW), iy = pixel / OW % OH * STRIDE - PAD_Y, ix = pixel % OW * STRIDE - PAD_X;
	return ivec3(((row * IH + iy) * IW + ix) * CI, iy, ix);
}

ivec3 tap_of(int tap) {
	int ci = tap % CI, kx = tap / CI % KW, ky = tap / (CI * KW);
	return ivec3((ky * IW + kx) * CI + ci, ky, kx);
}

bool in_image(ivec3 at) { return at.y >= 0 && at.y < IH && at.z >= 0 && at.z < IW; }

#endif
