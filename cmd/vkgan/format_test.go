package main

import (
	"testing"
	"time"
)

func TestFormat(t *testing.T) {
	for got, want := range map[string]string{
		count(0):                   "0",
		count(999):                 "999",
		count(1000):                "1,000",
		count(1234567):             "1,234,567",
		count(-1005):               "-1,005",
		span(0):                    "0 s",
		span(59400 * 1e6):          "59 s",
		span(59600 * 1e6):          "1 min 00 s",
		span(125 * time.Second):    "2 min 05 s",
		span(3 * time.Hour):        "3 h 00 min",
		span(50*time.Hour + 1):     "2 d 02 h",
		percent(0.4021):            "40.2 %",
		errorPercent(0.4021):       "40.2 %",
		errorPercent(0.0062):       "0.62 %",
		size(0):                    "0 B",
		size(1023):                 "1023 B",
		size(336 << 20):            "336.0 MiB",
		size(139*1<<30 + 1<<29):    "139.5 GiB",
		size(4096 << 40):           "4096.0 TiB",
		oneLine("a\nb\r\n\nc"):     "a; b; c",
		typeName(1) + typeName(99): "integrated GPUother device",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
