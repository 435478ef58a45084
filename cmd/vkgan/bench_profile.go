package main

import (
	"fmt"
	"io"
	"slices"

	"vkgan/gan"
)

// profiledSteps is how many steps `bench step --profile` takes the median over.
const profiledSteps = 9

// printProfile lists the kernels of a step, the most expensive first, those of one section and name together.
func printProfile(out io.Writer, times []gan.KernelTime) {
	type row struct {
		gan.KernelTime
		calls int
	}
	var rows []row
	total := 0.0
	for _, t := range times {
		total += t.MS
		i := slices.IndexFunc(rows, func(r row) bool { return r.Section == t.Section && r.Kernel == t.Kernel })
		if i < 0 {
			i = len(rows)
			rows = append(rows, row{KernelTime: gan.KernelTime{Section: t.Section, Kernel: t.Kernel}})
		}
		rows[i].MS += t.MS
		rows[i].calls++
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		switch {
		case a.MS > b.MS:
			return -1
		case a.MS < b.MS:
			return 1
		}
		return 0
	})
	fmt.Fprintf(out, "\n%8s %6s %6s  %-12s %s\n", "ms", "share", "calls", "section", "kernel")
	for _, r := range rows {
		fmt.Fprintf(out, "%8.2f %5.1f%% %6d  %-12s %s\n", r.MS, 100*r.MS/total, r.calls, r.Section, r.Kernel)
	}
	fmt.Fprintf(out, "%8.2f         %4d  sum over the device's timestamps, median of %d steps\n", total, len(times), profiledSteps)
}
