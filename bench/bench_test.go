package bench_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"vkgan/bench"
	"vkgan/gan"
	"vkgan/internal/devicetest"
	"vkgan/internal/mnist"
	"vkgan/vk"
)

func TestDeviceEndsWhenTold(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := bench.Device(ctx, devicetest.Open(t, vk.Options{})); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestSpread(t *testing.T) {
	for _, test := range []struct {
		values []float64
		want   bench.Spread
	}{
		{[]float64{3}, bench.Spread{Median: 3, P10: 3, P90: 3, Min: 3}},
		{[]float64{10, 0}, bench.Spread{Median: 5, P10: 1, P90: 9, Min: 0}},
		{[]float64{3, 1, 2}, bench.Spread{Median: 2, P10: 1.2, P90: 2.8, Min: 1}},
	} {
		if got := bench.NewSpread(test.values); fmt.Sprintf("%.6g", got) != fmt.Sprintf("%.6g", test.want) {
			t.Errorf("%v: %v, want %v", test.values, got, test.want)
		}
	}
}

type operation string

func (o operation) String() string { return string(o) }

func TestKernels(t *testing.T) {
	ms := func(list ...int) (times []time.Duration) {
		for _, n := range list {
			times = append(times, time.Duration(n)*time.Millisecond)
		}
		return times
	}
	call := func(section, kernel string, of fmt.Stringer, w vk.Work, times ...int) gan.StepTime {
		return gan.StepTime{Command: vk.Command{Section: section, Kernel: kernel, Operation: of, Work: w}, Times: ms(times...)}
	}
	product := vk.Work{Dense: 4e9, Taps: 3e9, Bytes: 2e9}
	profile := []gan.StepTime{
		call("D", "gemm", operation("a"), product, 10, 30, 20),
		call("D", "adam", nil, vk.Work{Bytes: 5e8}, 50, 50, 50),
		call("D", "gemm", operation("a"), product, 30, 10, 20),
		call("G", "gemm", operation("a"), product, 7, 8, 9),
		call("D", "gemm", operation("b"), product, 2, 2, 2),
	}
	got := bench.Kernels(profile, bench.Peaks{GFLOPS: bench.Spread{Median: 300}, GBPerS: bench.Spread{Median: 40}})
	want := []string{
		"D adam  1 50.0-50.0 0.0 10.0 0.250 0.500",
		"D gemm a 2 40.0-40.0 150.0 100.0 0.500 0.400",
		"G gemm a 1 7.2-8.0 375.0 250.0 1.250 0.080",
		"D gemm b 1 2.0-2.0 1500.0 1000.0 5.000 0.020",
	}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i, k := range got {
		if text := fmt.Sprintf("%s %s %s %d %.1f-%.1f %.1f %.1f %.3f %.3f",
			k.Section, k.Kernel, k.Operation, k.Calls, k.MS.P10, k.MS.Median, k.GFLOPS, k.GBPerS, k.OfPeak, k.OfStep); text != want[i] {
			t.Errorf("%s, want %s", text, want[i])
		}
	}
}

// The benchmarks run what `vkgan bench` runs, for benchstat:
//
//	go test -exec DRIVER -run '^$' -bench . -count 10 ./bench

func BenchmarkDevice(b *testing.B) {
	d := devicetest.Open(b, vk.Options{})
	for _, m := range []struct {
		name, unit string
		of         func(context.Context, *vk.Device) (bench.Spread, error)
	}{
		{"multiply-add", "GFLOP/s", bench.MultiplyAdds}, {"copy", "GB/s", bench.Copies},
		{"dispatch", "µs", bench.Dispatches}, {"independent", "µs", bench.LooseDispatches}, {"submission", "µs", bench.Submissions},
	} {
		b.Run(m.name, func(b *testing.B) {
			s, err := m.of(b.Context(), d)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(s.Median, m.unit)
			b.ReportMetric(0, "ns/op") // means nothing here
		})
	}
}

func BenchmarkStep(b *testing.B) {
	eachModel(b, func(b *testing.B, trainer *gan.Trainer) {
		const steps = 20
		m, err := trainer.Measure(b.Context(), 3, steps)
		if err != nil || len(m.Times) != steps {
			b.Fatal(len(m.Times), err)
		}
		b.ReportMetric(bench.NewStep(m, 100, trainer.StepWork(), trainer.StepStats()).MedianMS*1e6, "ns/op")
	})
}

func BenchmarkKernels(b *testing.B) {
	eachModel(b, func(b *testing.B, trainer *gan.Trainer) {
		profile, err := trainer.Profile(b.Context(), 9)
		if err != nil {
			b.Fatal(err)
		}
		one := bench.Spread{Median: 1} // no shares are reported
		for _, k := range bench.Kernels(profile, bench.Peaks{GFLOPS: one, GBPerS: one}) {
			b.Run(fmt.Sprintf("%s/%s/%s", k.Section, k.Kernel, k.Operation), func(b *testing.B) { b.ReportMetric(k.MS.Median*1e6, "ns/op") })
		}
	})
}

// eachModel opens both models under their reference recipes.
func eachModel(b *testing.B, run func(b *testing.B, trainer *gan.Trainer)) {
	set, err := mnist.Load("")
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"infogan", "ssgan"} {
		b.Run(name, func(b *testing.B) {
			d := devicetest.Open(b, vk.Options{})
			data, err := gan.NewDataset(d, set, set.Train.Count)
			if err != nil {
				b.Fatal(err)
			}
			defer data.Free()
			var m gan.Model
			if name == "ssgan" {
				m, err = gan.NewSSGAN(d, gan.SSGANReference(), data, 1)
			} else {
				m, err = gan.NewInfoGAN(d, gan.InfoGANReference(), data, 1)
			}
			if err != nil {
				b.Fatal(err)
			}
			defer m.Free()
			trainer, err := gan.NewTrainer(d, m, gan.Options{}, silent{})
			if err != nil {
				b.Fatal(err)
			}
			defer trainer.Free()
			run(b, trainer)
		})
	}
}

// silent observes nothing.
type silent struct{}

func (silent) Metrics(gan.Metrics) error         { return nil }
func (silent) Progress(gan.Progress)             {}
func (silent) Samples(int, bool, gan.Grid) error { return nil }
func (silent) Checkpoint(s *gan.Snapshot) error  { s.Release(); return nil }
