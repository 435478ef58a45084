package main

import (
	"fmt"
	"strconv"
	"time"
)

// count writes a whole number with a comma at every thousand.
func count(n int) string {
	if n < 0 {
		return "-" + count(-n)
	}
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", count(n/1000), n%1000)
}

// span writes a duration in its two largest units, from seconds to days.
func span(d time.Duration) string {
	s := int(d.Round(time.Second).Seconds())
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %02d s", s/60, s%60)
	case s < 24*3600:
		return fmt.Sprintf("%d h %02d min", s/3600, s/60%60)
	}
	return fmt.Sprintf("%d d %02d h", s/(24*3600), s/3600%24)
}

// percent writes a fraction as a percentage.
func percent(fraction float64) string { return fmt.Sprintf("%.1f %%", 100*fraction) }

// errorPercent writes an error as percent does or, where it is small, to a single image of MNIST's test set.
func errorPercent(e float64) string {
	if e < 0.1 {
		return fmt.Sprintf("%.2f %%", 100*e)
	}
	return percent(e)
}

// size writes bytes in binary units.
func size(bytes int64) string {
	const step = 1024
	value, unit := float64(bytes), 0
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	for value >= step && unit < len(units)-1 {
		value /= step
		unit++
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", bytes)
	}
	return fmt.Sprintf("%.1f %s", value, units[unit])
}
