// Package digit makes of a picture of one digit, of any size and in any colours, an image as those of MNIST are.
//
// MNIST's authors describe theirs (Y. LeCun, C. Cortes and C. Burges, "The MNIST database of handwritten digits"): "The
// original black and white (bilevel) images from NIST were size normalized to fit in a 20x20 pixel box while preserving
// their aspect ratio. The resulting images contain grey levels as a result of the anti-aliasing technique used by the
// normalization algorithm. The images were centered in a 28x28 image by computing the center of mass of the pixels, and
// translating the image so as to position this point at the center of the 28x28 field." The digit is white on black.
//
// MNIST's own images come out as they went in, but for the few that do not fill the box.
package digit
