package mnist

// mostHeldOut is how many images HoldOut takes of a large training half.
const mostHeldOut = 5000

// HoldOut gives the set for validation: the last 5,000 training images, or the last fifth of fewer than 25,000, are its test
// half, and its training half is what is left. Nothing of the test half of s is in it. It shares the memory of s.
func (s *Set) HoldOut() *Set {
	n := s.Train.Count
	left := n - min(mostHeldOut, max(1, n/5))
	held := *s
	held.Train, held.TrainLabels = s.Train.part(0, left), s.TrainLabels[:left]
	held.Test, held.TestLabels = s.Train.part(left, n), s.TrainLabels[left:]
	return &held
}

// part is the images from one to another.
func (i Images) part(from, to int) Images {
	size := i.Height * i.Width
	return Images{Count: to - from, Height: i.Height, Width: i.Width, Pixels: i.Pixels[from*size : to*size]}
}
