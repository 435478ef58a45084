package ref

// Gather is y[r] = images[index[r]]/255: images [count,size] as bytes, y [len(index),size] in [0,1].
func Gather(images []byte, size int, index []int) []float64 {
	y := make([]float64, 0, len(index)*size)
	for _, i := range index {
		for _, b := range images[i*size:][:size] {
			y = append(y, float64(b)/255)
		}
	}
	return y
}
