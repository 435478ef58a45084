package ref

import (
	"compress/gzip"
	"encoding/json"
	"math"
	"os"
	"testing"

	"vkgan/internal/philox"
)

// fixture is what tools/fixture/infogan_step.py found in PyTorch.
type fixture struct {
	Seed            uint64
	Probe           uint64 `json:"probe_seed"`
	Batch, Codes, Z int
	Images          uint32
	First           struct {
		Z           []float64
		Code, Index []int
		Bytes       []byte
		FakeMean    float64   `json:"fake_mean"`
		DReal       []float64 `json:"d_real"`
		DFake       []float64 `json:"d_fake"`
	}
	Tensors []struct {
		Network, Name string
		Stream        uint32
		Shape         []int
		InitialNorm   float64 `json:"initial_norm"`
		Initial       []float64
		Norm          float64
		Dots          []float64
		Index         []int
		Value         []float64
	}
	Steps []struct {
		LossG    float64 `json:"loss_g"`
		LossD    float64 `json:"loss_d"`
		LossCode float64 `json:"loss_code"`
	}
}

func readFixture(t *testing.T) (f fixture) {
	file, err := os.Open("../../gan/testdata/infogan_step.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err == nil {
		err = json.NewDecoder(unzipped).Decode(&f)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// initial returns a tensor's n values before the first step: sigma times a (truncated) normal.
func (f fixture) initial(stream uint32, n int, sigma float64, draw func(s philox.Stream, step, e uint32) float32) []float64 {
	x := make([]float64, n)
	for e := range x {
		x[e] = sigma * float64(draw(philox.Stream{Seed: f.Seed, ID: stream}, 0, uint32(e)))
	}
	return x
}

func one(philox.Stream, uint32, uint32) float32 { return 1 }

func near(t *testing.T, name string, got, want, scale float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9*scale) {
		t.Errorf("%s = %.12g, PyTorch has %.12g", name, got, want)
	}
}

func nearAll(t *testing.T, name string, got, want []float64) {
	t.Helper()
	for i := range want {
		near(t, name, got[i], want[i], 1)
	}
}

func repeat(n int, value float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = value
	}
	return x
}

// TestInfoGANStep puts the oracle's layers together into InfoGAN's first training step and compares every loss
// and gradient with PyTorch's. It goes about it as the device does: the discriminator sees fake and real images as
// one batch of two groups, and goes back over three: fake and real for its own loss, fake again for the generator's.
func TestInfoGANStep(t *testing.T) {
	t.Parallel()
	f := readFixture(t)
	n, codes := f.Batch, f.Codes

	// Parameters, each by its stream.
	p, dp := map[uint32][]float64{}, map[uint32][]float64{}
	const g, d = philox.StreamGenerator, philox.StreamDiscriminator
	fan := func(in, out int) float64 { return math.Sqrt(2.6 / float64(in+out)) }
	truncated, normal := philox.Stream.TruncatedNormal, philox.Stream.Normal
	for _, init := range []struct {
		stream uint32
		n      int
		sigma  float64
		draw   func(s philox.Stream, step, e uint32) float32
	}{
		{g + 0, (f.Z + codes) * 6272, fan(f.Z+codes, 6272), truncated}, {g + 1, 6272, 1, one}, {g + 2, 6272, 0, one},
		{g + 3, 25 * 128 * 128, 0.02, normal}, {g + 4, 128, 1, one}, {g + 5, 128, 0, one},
		{g + 6, 25 * 128, 0.02, normal}, {g + 7, 1, 0, one},
		{d + 0, 25 * 64, 0.02, truncated}, {d + 1, 64, 0, one},
		{d + 2, 25 * 64 * 128, 0.02, truncated}, {d + 3, 128, 1, one}, {d + 4, 128, 0, one},
		{d + 5, 6272 * 1024, fan(6272, 1024), truncated}, {d + 6, 1024, 1, one}, {d + 7, 1024, 0, one},
		{d + 8, 1024, fan(1024, 1), truncated}, {d + 9, 1, 0, one},
		{d + 10, 1024 * codes, fan(1024, codes), truncated}, {d + 11, codes, 0, one},
	} {
		p[init.stream] = f.initial(init.stream, init.n, init.sigma, init.draw)
	}

	// Inputs.
	z := ZNorm(f.initial(philox.StreamZ, n*f.Z, 1, normal), f.Z)
	code := make([]int, n)
	for r := range code {
		code[r] = int(philox.Stream{Seed: f.Seed, ID: philox.StreamCode}.Below(0, uint32(r), uint32(codes)))
		if image := (philox.Stream{Seed: f.Seed, ID: philox.StreamPermutation}).Permute(0, uint32(r), f.Images); int(image) != f.First.Index[r] {
			t.Errorf("row %d is image %d, PyTorch has %d", r, image, f.First.Index[r])
		}
		if code[r] != f.First.Code[r] {
			t.Errorf("row %d has code %d, PyTorch has %d", r, code[r], f.First.Code[r])
		}
	}
	nearAll(t, "z", z, f.First.Z)
	onehot, in := OneHot(code, codes), []float64{}
	for r := range n {
		in = append(append(in, z[r*f.Z:][:f.Z]...), onehot[r*codes:][:codes]...)
	}

	// The generator, forward.
	linear1 := Linear{Rows: n, In: f.Z + codes, Out: 6272}
	deconv1 := Deconv{N: n, H: 7, W: 7, CI: 128, OH: 14, OW: 14, CO: 128, KH: 5, KW: 5, Stride: 2, PadY: 1, PadX: 1}
	deconv2 := Deconv{N: n, H: 14, W: 14, CI: 128, OH: 28, OW: 28, CO: 1, KH: 5, KW: 5, Stride: 2, PadY: 1, PadX: 1}
	gnorm1 := BatchNorm{Rows: n, C: 6272, Groups: 1, Eps: 1e-5}
	gnorm2 := BatchNorm{Rows: n * 196, C: 128, Groups: 1, Eps: 1e-5}
	a1 := linear1.Forward(in, p[g], nil)
	b1, _, _ := gnorm1.Forward(a1, p[g+1], p[g+2])
	h1 := ReLU.Forward(b1)
	a2 := deconv1.Forward(h1, p[g+3])
	b2, _, _ := gnorm2.Forward(a2, p[g+4], p[g+5])
	h2 := ReLU.Forward(b2)
	a3 := deconv2.Forward(h2, p[g+6])
	for i := range a3 {
		a3[i] += p[g+7][0]
	}
	fake := Sigmoid.Forward(a3)
	near(t, "mean of the fake images", Sum(fake)/float64(len(fake)), f.First.FakeMean, 1)

	// The discriminator, forward, on fake and real.
	both := func(rows int) (Conv, Conv, Linear, Linear, Linear) {
		return Conv{N: rows, H: 28, W: 28, CI: 1, OH: 14, OW: 14, CO: 64, KH: 5, KW: 5, Stride: 2, PadY: 1, PadX: 1},
			Conv{N: rows, H: 14, W: 14, CI: 64, OH: 7, OW: 7, CO: 128, KH: 5, KW: 5, Stride: 2, PadY: 1, PadX: 1},
			Linear{Rows: rows, In: 6272, Out: 1024}, Linear{Rows: rows, In: 1024, Out: 1}, Linear{Rows: rows, In: 1024, Out: codes}
	}
	conv1, conv2, linear3, adversarial, coder := both(2 * n)
	norm2 := BatchNorm{Rows: 2 * n * 49, C: 128, Groups: 2, Eps: 1e-5}
	norm3 := BatchNorm{Rows: 2 * n, C: 1024, Groups: 2, Eps: 1e-5}
	images := append(fake, Gather(f.First.Bytes, 784, seq(n))...)
	c1 := conv1.Forward(images, p[d])
	for i := range c1 {
		c1[i] += p[d+1][i%64]
	}
	k1 := LeakyReLU.Forward(c1)
	c2 := conv2.Forward(k1, p[d+2])
	e2, _, _ := norm2.Forward(c2, p[d+3], p[d+4])
	k2 := LeakyReLU.Forward(e2)
	c3 := linear3.Forward(k2, p[d+5], nil)
	e3, _, _ := norm3.Forward(c3, p[d+6], p[d+7])
	k3 := LeakyReLU.Forward(e3)
	logits := adversarial.Forward(k3, p[d+8], p[d+9])
	nearAll(t, "logits of the fake images", logits[:n], f.First.DFake)
	nearAll(t, "logits of the real images", logits[n:], f.First.DReal)

	// Losses: their gradients for the rows fake, real, fake.
	lossFake, dFake := SigmoidCrossEntropy(logits[:n], repeat(n, 0))
	lossReal, dReal := SigmoidCrossEntropy(logits[n:], repeat(n, 1))
	lossG, dGenerator := SigmoidCrossEntropy(logits[:n], repeat(n, 1))
	codeLogits := coder.Forward(k3, p[d+10], p[d+11])[:n*codes]
	lossCode, dCode := SoftmaxCrossEntropy(codeLogits, code, codes)
	near(t, "loss of D", lossFake+lossReal, f.Steps[0].LossD, 1)
	near(t, "loss of G", lossG, f.Steps[0].LossG, 1)
	near(t, "loss of the code", lossCode, f.Steps[0].LossCode, 1)
	dlogits := append(append(dFake, dReal...), dGenerator...)
	dcodes := append(append(append([]float64{}, dCode...), repeat(n*codes, 0)...), dCode...)

	// The discriminator, backward: data over three groups of rows, parameters over the first two.
	conv1x3, conv2x3, linear3x3, adversarialx3, coderx3 := both(3 * n)
	own := func(dy []float64) []float64 { return dy[:len(dy)/3*2] }
	dk3 := adversarialx3.BackwardData(dlogits, p[d+8])
	for i, v := range coderx3.BackwardData(dcodes, p[d+10]) {
		dk3[i] += v
	}
	dp[d+8], dp[d+9] = adversarial.BackwardWeight(k3, own(dlogits)), adversarial.BackwardBias(own(dlogits))
	dp[d+10], dp[d+11] = coder.BackwardWeight(k3, own(dcodes)), coder.BackwardBias(own(dcodes))
	var dc3, dc2 []float64
	dc3, dp[d+6], dp[d+7] = norm3.Backward(LeakyReLU.Backward(dk3, k3), c3, p[d+6])
	dp[d+5] = linear3.BackwardWeight(k2, own(dc3))
	dc2, dp[d+3], dp[d+4] = norm2.Backward(LeakyReLU.Backward(linear3x3.BackwardData(dc3, p[d+5]), k2), c2, p[d+3])
	dp[d+2] = conv2.BackwardFilter(k1, own(dc2))
	dc1 := LeakyReLU.Backward(conv2x3.BackwardData(dc2, p[d+2]), k1)
	dp[d], dp[d+1] = conv1.BackwardFilter(images, own(dc1)), ColumnSums(own(dc1), 64)
	dfake := conv1x3.BackwardData(dc1, p[d])[2*n*784:]

	// The generator, backward, from the third.
	da3 := Sigmoid.Backward(dfake, fake)
	dp[g+6], dp[g+7] = deconv2.BackwardFilter(h2, da3), []float64{Sum(da3)}
	var da2, da1 []float64
	da2, dp[g+4], dp[g+5] = gnorm2.Backward(ReLU.Backward(deconv2.BackwardData(da3, p[g+6]), h2), a2, p[g+4])
	dp[g+3] = deconv1.BackwardFilter(h1, da2)
	da1, dp[g+1], dp[g+2] = gnorm1.Backward(ReLU.Backward(deconv1.BackwardData(da2, p[g+3]), h1), a1, p[g+1])
	dp[g] = linear1.BackwardWeight(in, da1)

	// Every gradient against PyTorch's.
	for _, tensor := range f.Tensors {
		grad, name := dp[tensor.Stream], tensor.Network+"'s "+tensor.Name
		near(t, name+": initial norm", math.Sqrt(dot(p[tensor.Stream], p[tensor.Stream])), tensor.InitialNorm, 1+tensor.InitialNorm)
		nearAll(t, name+": initial value", p[tensor.Stream], tensor.Initial)
		near(t, name+": gradient's norm", math.Sqrt(dot(grad, grad)), tensor.Norm, tensor.Norm)
		for step, want := range tensor.Dots {
			sum, probe := 0.0, philox.Stream{Seed: f.Probe, ID: tensor.Stream}
			for e, v := range grad {
				sum += v * float64(probe.Normal(uint32(step), uint32(e)))
			}
			near(t, name+": dot product", sum, want, tensor.Norm)
		}
		for i, e := range tensor.Index {
			near(t, name+": entry", grad[e], tensor.Value[i], tensor.Norm)
		}
	}
}

func seq(n int) []int {
	x := make([]int, n)
	for i := range x {
		x[i] = i
	}
	return x
}
