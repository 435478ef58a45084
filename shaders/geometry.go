package shaders

// Geometry is what include/conv.glsl knows of a convolution x [ROWS,IH,IW,CI] → y [ROWS,OH,OW,CO] by filters [KH,KW,CI,CO]. PadY and PadX
// are the pixels of 0 ahead of an image.
type Geometry struct{ ROWS, IH, IW, CI, OH, OW, CO, KH, KW, STRIDE, PadY, PadX int32 }
