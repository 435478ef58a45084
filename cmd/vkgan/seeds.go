package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// seedList is a flag's value of seeds: numbers and ranges such as 1..5, separated by commas.
type seedList []uint64

const mostSeeds = 1000

func (l *seedList) String() string {
	var parts []string
	for _, seed := range *l {
		parts = append(parts, strconv.FormatUint(seed, 10))
	}
	return strings.Join(parts, ",")
}

func (l *seedList) Set(text string) error {
	var seeds seedList
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(part, "..")
		if !isRange {
			last = first
		}
		from, err1 := strconv.ParseUint(first, 10, 64)
		to, err2 := strconv.ParseUint(last, 10, 64)
		switch {
		case err1 != nil || err2 != nil:
			return fmt.Errorf("want seeds such as 1..5 or 1,2,7, whole numbers from 0 on")
		case to < from:
			return fmt.Errorf("%s ends before it begins: want %d..%d", part, to, from)
		case to-from >= mostSeeds-uint64(len(seeds)):
			return fmt.Errorf("want at most %d seeds", mostSeeds)
		}
		for i := range to - from + 1 {
			if slices.Contains(seeds, from+i) {
				return fmt.Errorf("seed %d is there twice", from+i)
			}
			seeds = append(seeds, from+i)
		}
	}
	*l = seeds
	return nil
}

func (l *seedList) Type() string { return "seeds" }
