package gan

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"vkgan/internal/devicetest"
	"vkgan/internal/philox"
	"vkgan/layers"
	"vkgan/layers/ref"
	"vkgan/vk"
)

// D's first weights have the recipe's standard deviation.
func TestSSGANsFirstWeights(t *testing.T) {
	d, set := devicetest.Open(t, vk.Options{}), everyClass(60, 30, 8, 8, 3)
	const cutOff = 0.8796 // of a normal distribution cut off at two standard deviations
	for sigma, want := range map[float32]func(in, out int) float64{
		0.1: func(int, int) float64 { return 0.1 },
		0:   func(in, out int) float64 { return cutOff * math.Sqrt(2.6/float64(in+out)) },
	} {
		r := SSGANReference()
		r.ClassLabels, r.BatchSize, r.InitSigma = 2, 6, sigma
		m := newSSGAN(t, d, r, set, 1)
		for _, param := range m.ParamsD.All {
			if len(param.Dims) != 2 {
				continue
			}
			values := readParam(t, d, param, m.ParamsD.Value)
			squares := 0.0
			for _, v := range values {
				squares += v * v
			}
			got, want := math.Sqrt(squares/float64(len(values))), want(param.Dims[0], param.Dims[1])
			if within := 4 / math.Sqrt(2*float64(len(values))); math.Abs(got/want-1) > within {
				t.Errorf("with %g %s has the standard deviation %g, want %g", sigma, param.Name, got, want)
			}
		}
	}
}

// On the images that they are made from, under noise, D's first scales and biases leave each channel of each layer with mean 0 and
// variance 1.
func TestSSGANsFirstScales(t *testing.T) {
	d, set := devicetest.Open(t, vk.Options{}), everyClass(60, 30, 8, 8, 3)
	r := SSGANBest()
	r.ClassLabels, r.BatchSize, r.ZDim, r.InitImages, r.PlannedSteps = 2, 6, 7, 40, 10
	m := newSSGAN(t, d, r, set, 1)
	o := newSSGANOracle(t, m, set)
	index := make([]int, r.InitImages)
	for i := range index {
		index[i] = int(o.stream(philox.StreamInitialisation).Permute(0, uint32(i), 60))
	}
	h := o.images(index)
	for k := range len(ssganDiscriminator) + 1 {
		name := fmt.Sprintf("D.linear%d", k+1)
		layer := o.dense(name, o.ahead(k, philox.StreamInitialNoise, h), r.InitImages, true, ref.Identity)
		c := layer.layer.Out
		mean, variance := ref.BatchNorm{Rows: r.InitImages, C: c, Groups: 1}.Statistics(layer.y)
		for i := range c {
			s, b := o.scale(layer)[i], o.value[name+".bias"][i]
			if math.Abs(s/math.Sqrt(variance[i])-s) > 1e-5*(1+s) || math.Abs(mean[i]) > 1e-5*(1+math.Abs(b)) {
				t.Fatalf("%s's channel %d has mean %g and variance %g by the scale %g and bias %g", name, i, mean[i], variance[i], s, b)
			}
		}
		h = ref.ReLU.Forward(layer.y)
	}
}

// Of all hidden layers the scale then stays, the last one's is trained.
func TestSSGANsScalesInTraining(t *testing.T) {
	d := devicetest.Open(t, vk.Options{})
	m := newSSGAN(t, d, smallSSGAN(0, 25), everyClass(60, 30, 8, 8, 3), 3)
	last := m.ParamsD.All[slices.IndexFunc(m.ParamsD.All, func(p *layers.Param) bool { return p.Name == "linear6.scale" })]
	hidden, trained := hiddenScales(t, d, m), readParam(t, d, last, m.ParamsD.Value)
	replayer(t, d, m)(2)
	if !slices.Equal(hiddenScales(t, d, m), hidden) {
		t.Error("a hidden layer's scale is trained")
	}
	if slices.Equal(readParam(t, d, last, m.ParamsD.Value), trained) || trained[0] == 1 {
		t.Errorf("the last layer's scale began as %g and is not trained", trained)
	}
}

func hiddenScales(t *testing.T, d *vk.Device, m *SSGAN) (all []float32) {
	t.Helper()
	for _, s := range m.ParamsD.Statistics {
		values, err := s.Read(d)
		if err != nil {
			t.Fatal(s.Name, err)
		}
		all = append(all, values...)
	}
	if len(m.ParamsD.Statistics) != len(ssganDiscriminator) {
		t.Fatalf("%d hidden scales", len(m.ParamsD.Statistics))
	}
	return all
}
