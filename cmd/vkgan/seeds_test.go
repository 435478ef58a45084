package main

import (
	"slices"
	"strings"
	"testing"
)

func TestSeedList(t *testing.T) {
	for text, want := range map[string]seedList{
		"3":        {3},
		"1..5":     {1, 2, 3, 4, 5},
		"7..7":     {7},
		"1,2,7":    {1, 2, 7},
		"9,0..2,5": {9, 0, 1, 2, 5},
		"18446744073709551614..18446744073709551615": {1<<64 - 2, 1<<64 - 1},
	} {
		var l, again seedList
		if err := l.Set(text); err != nil || !slices.Equal(l, want) {
			t.Errorf("%s is %v, %v; want %v", text, l, err, want)
		}
		if err := again.Set(l.String()); err != nil || !slices.Equal(again, want) {
			t.Errorf("%s reads as %v, %v", l.String(), again, err)
		}
	}
	if l := (seedList{}); l.Set("0..999") != nil || len(l) != mostSeeds {
		t.Errorf("%d seeds", len(l))
	}
	for text, want := range map[string]string{
		"": "want seeds such as", "1,": "want seeds such as", "1..": "want seeds such as", "1-5": "want seeds such as", "-1": "want seeds such as",
		"1..2..3": "want seeds such as", "18446744073709551616": "want seeds such as",
		"5..1": "5..1 ends before it begins: want 1..5", "4,4": "seed 4 is there twice", "1..3,3..5": "seed 3 is there twice",
		"1..1001": "want at most 1000 seeds", "0..18446744073709551615": "want at most 1000 seeds", "1..600,1001..1401": "want at most 1000 seeds",
	} {
		l := seedList{8}
		if err := l.Set(text); err == nil || !strings.Contains(err.Error(), want) || !slices.Equal(l, seedList{8}) {
			t.Errorf("%q: %v, error %v, want %q", text, l, err, want)
		}
	}
}
