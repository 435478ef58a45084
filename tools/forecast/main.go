// Command forecast prints what the steps of both models are expected to take on a GPU that need not be here, as the tables of
// docs/performance.md. It needs no driver.
//
// Run it from the root of the repository: go run ./tools/forecast
package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"vkgan/gan"
	"vkgan/internal/mnist"
	"vkgan/layers"
	"vkgan/vk"
)

// gpus are devices by what their drivers say of them; the rest is in layers/forecast.go and forecast_coop.go.
var gpus = map[string]vk.Limits{
	"h200":   limits(132, 48<<10, 1024, 32),
	"xtx":    limits(96, 64<<10, 1024, 32), // AMD Radeon RX 7900 XTX
	"a770":   limits(0, 64<<10, 1024, 8),   // Intel Arc A770, whose driver does not say how many Xe cores: 32
	"nobody": limits(0, 16<<10, 128, 4),    // the least that vkgan takes
}

func limits(units, shared, invocations, subgroup uint32) vk.Limits {
	return vk.Limits{
		ComputeUnits: units, MaxShared: shared, MaxInvocations: invocations, MaxGroupSize: [3]uint32{invocations, invocations, 64},
		MaxGroups: [3]uint32{65535, 65535, 65535}, SubgroupSize: 32, SubgroupMin: subgroup, SubgroupMax: 32, StorageAlign: 16,
	}
}

// What a driver says that has cooperative matrices. That they multiply rightly, which layers.UseHalf would find out, is assumed.
const halfCapabilities = vk.CooperativeMatrix | vk.Float16 | vk.MemoryModel | vk.SubgroupBasic

var halfMatrix = vk.Matrix{
	M: 16, N: 16, K: 16, A: vk.ComponentFloat16, B: vk.ComponentFloat16, C: vk.ComponentFloat32, Result: vk.ComponentFloat32, Scope: vk.ScopeSubgroup,
}

func main() {
	gpu := flag.String("gpu", "h200", "which `GPU`: h200, xtx, a770 or nobody")
	precision := flag.String("precision", "fp32", "`precision` of products: fp32 or fp16, for which every GPU is given the H200's matrices and their rate")
	recipe := flag.String("recipe", "reference", "`recipe` of both models: reference or best")
	flag.Parse()
	if _, ok := gpus[*gpu]; !ok || *precision != "fp32" && *precision != "fp16" || *recipe != "reference" && *recipe != "best" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := write(os.Stdout, gpus[*gpu], *precision, *recipe); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(w io.Writer, l vk.Limits, precision, recipe string) error {
	for _, model := range []string{"InfoGAN", "SSGAN"} {
		d := vk.RehearsalOf(vk.DeviceInfo{Type: vk.Discrete, Limits: l, Capabilities: halfCapabilities, Matrices: []vk.Matrix{halfMatrix}})
		if precision == "fp16" {
			d.SetHalf(d.Info().HalfMatrices())
		}
		step, err := record(d, model, recipe)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "**%s**, %d MiB of memory\n\n", model, d.Usage().Peak>>20)
		print(w, rows(d, step))
	}
	return nil
}

// record gives the commands of a step under a recipe, on blank images of MNIST's number and size.
func record(d *vk.Device, model, recipe string) ([]vk.Command, error) {
	set := &gan.Set{Train: blank(60000), Test: blank(10000), Classes: 10}
	set.TrainLabels, set.TestLabels = slices.Repeat([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 6000), make([]byte, 10000)
	data, err := gan.NewDataset(d, set, set.Train.Count)
	if err != nil {
		return nil, err
	}
	defer data.Free()
	infogan, ssgan := gan.InfoGANReference(), gan.SSGANReference()
	if recipe == "best" {
		infogan, ssgan = gan.InfoGANBest(), gan.SSGANBest()
	}
	var m gan.Model
	if model == "SSGAN" {
		m, err = gan.NewSSGAN(d, ssgan, data, 1)
	} else {
		m, err = gan.NewInfoGAN(d, infogan, data, 1)
	}
	if err != nil {
		return nil, err
	}
	defer m.Free()
	rec := d.NewRecorder("step")
	m.Step(rec)
	return rec.Commands(), nil
}

func blank(n int) mnist.Images {
	return mnist.Images{Count: n, Height: 28, Width: 28, Pixels: make([]byte, n*28*28)}
}

// row is all commands of one operation, or all that are of none.
type row struct {
	layers.Forecast
	operation      string
	calls          int
	gflop, cached  float64
	bytes, seconds float64
}

func rows(d *vk.Device, step []vk.Command) []row {
	var list []row
	for _, c := range step {
		f, name := layers.ForecastOf(d, c), "everything else"
		if f.Variant != "" {
			name = c.Operation.String()
		}
		if f.Seconds == 0 {
			continue
		}
		i := slices.IndexFunc(list, func(r row) bool { return r.operation == name })
		if i < 0 {
			i = len(list)
			list = append(list, row{Forecast: f, operation: name})
		}
		r := &list[i]
		r.calls++
		r.gflop += c.Work.Dense / 1e9
		r.cached += f.Cached
		r.bytes += f.Bytes
		r.seconds += f.Seconds
	}
	slices.SortStableFunc(list, func(a, b row) int { return cmp.Compare(b.seconds, a.seconds) })
	return list
}

func print(w io.Writer, list []row) {
	fmt.Fprintln(w, "| operation | calls | cut | work-groups | a unit holds | registers | shared | MB cache | MB memory | GFLOP | µs | TFLOP/s |")
	fmt.Fprintln(w, "|---|---|---|---|---|---|---|---|---|---|---|---|")
	var calls int
	var gflop, bytes, seconds float64
	for _, r := range list {
		calls, gflop, bytes, seconds = calls+r.calls, gflop+r.gflop, bytes+r.bytes, seconds+r.seconds
		if r.Variant == "" {
			fmt.Fprintf(w, "| %s | %d | | | | | | | %.1f | | %.0f | |\n", r.operation, r.calls, r.bytes/1e6, r.seconds*1e6)
			continue
		}
		fmt.Fprintf(w, "| %s | %d | %s | %d | %d × %d | %d | %.1f KiB | %.1f | %.1f | %.2f | %.1f | %.0f |\n", r.operation, r.calls, strings.TrimPrefix(r.Variant, "tiled "),
			r.Groups, r.Resident, r.Invocations, r.Registers, float64(r.Shared)/1024, r.cached/1e6, r.bytes/1e6, r.gflop, r.seconds*1e6, r.gflop/1e3/r.seconds)
	}
	fmt.Fprintf(w, "| all | %d | | | | | | | %.0f | %.2f | %.0f | %.0f |\n\n", calls, bytes/1e6, gflop, seconds*1e6, gflop/1e3/seconds)
}
