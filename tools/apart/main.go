// Command apart tells how far the losses of runs lie from those of another: the root of the mean square of the difference of
// all losses that metrics.jsonl has at the same steps, as a share of the rms of the first run's.
//
//	go run ./tools/apart [--ends 50,150,350,550] RUN OTHER…
//
// Each of --ends is the last step of a column.
package main

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"vkgan/gan"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "apart:", err)
		os.Exit(1)
	}
}

func run() error {
	list := flag.String("ends", "50,150,350,550", "last `steps` of the columns")
	flag.Parse()
	if flag.NArg() < 2 {
		return errors.New("usage: apart [--ends STEP,…] RUN OTHER…")
	}
	var ends []float64
	for _, text := range strings.Split(*list, ",") {
		end, err := strconv.ParseFloat(text, 64)
		if err != nil || len(ends) > 0 && end <= ends[len(ends)-1] {
			return fmt.Errorf("--ends is %s: want steps, each later than the one before", *list)
		}
		ends = append(ends, end)
	}
	curves, err := gan.ReadCurves(flag.Arg(0))
	if err != nil {
		return err
	}
	for _, dir := range flag.Args()[1:] {
		other, err := gan.ReadCurves(dir)
		if err != nil {
			return err
		}
		fmt.Print(dir)
		for _, share := range apart(curves, other, ends) {
			fmt.Printf("  %.2g %%", 100*share)
		}
		fmt.Println()
	}
	return nil
}

// apart compares the losses of two runs from one end to the next.
func apart(of, other []gan.Curve, ends []float64) []float64 {
	differences, squares := make([]float64, len(ends)), make([]float64, len(ends))
	for _, c := range of {
		i := slices.IndexFunc(other, func(o gan.Curve) bool { return o.Field == c.Field })
		if i < 0 || !strings.HasPrefix(c.Field, "loss_") {
			continue
		}
		for j, step := range c.Step {
			at, both := slices.BinarySearch(other[i].Step, step)
			column, _ := slices.BinarySearch(ends, step)
			if !both || column == len(ends) {
				continue
			}
			d := c.Value[j] - other[i].Value[at]
			differences[column] += d * d
			squares[column] += c.Value[j] * c.Value[j]
		}
	}
	shares := make([]float64, len(ends))
	for i := range ends {
		shares[i] = math.Sqrt(differences[i] / squares[i])
	}
	return shares
}
