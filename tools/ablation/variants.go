package main

// variant is recipe best but for some flags.
type variant struct {
	name  string
	flags []string
}

// withoutInformation is without all that is learnt from real images that have no labels.
var withoutInformation = []string{"--weight-balance", "0", "--weight-certainty", "0", "--weight-warp", "0"}

// variants are each model's: best, best without each ingredient, and what it is made from. --validate holds 5,000 images out, so
// that of all 60,000 there is nothing to take away.
var variants = map[string][]variant{
	"infogan": {
		{"best", nil},
		{"without-information", withoutInformation},
		{"without-balance", []string{"--weight-balance", "0"}},
		{"without-certainty", []string{"--weight-certainty", "0"}},
		{"without-warp", []string{"--weight-warp", "0"}},
		{"without-continuous-codes", []string{"--continuous", "0"}},
		{"without-q-head", []string{"--q-head", "0"}},
		{"without-rate-of-g", []string{"--rate-g", "0"}},
		{"without-rate-of-q", []string{"--rate-q", "0"}},
		{"without-averages", []string{"--ema-decay", "0", "--ema-decay-d", "0"}},
		{"without-warm-up", []string{"--ema-warm-up=false"}},
		{"without-d-first", []string{"--d-first=false"}},
		{"with-z-of-unit-length", []string{"--z-prior", "sphere"}},
		{"with-normal-z", []string{"--z-prior", "sphere", "--z-scale", "7.874"}}, // of length √62
		{"with-noise", []string{"--noise-input", "0.3", "--noise-steps", "2000"}},
		{"reference", append([]string{
			"--continuous", "0", "--q-head", "0", "--rate-g", "0", "--rate-q", "0", "--ema-decay", "0", "--ema-decay-d", "0", "--d-first=false",
			"--z-prior", "sphere", "--z-dim", "50",
		}, withoutInformation...)},
	},
	"ssgan": {
		{"best", nil},
		{"without-information", withoutInformation},
		{"without-balance", []string{"--weight-balance", "0"}},
		{"without-certainty", []string{"--weight-certainty", "0"}},
		{"without-warp", []string{"--weight-warp", "0"}},
		{"without-loss-weights", []string{"--weight-labelled", "0.5", "--weight-real", "1", "--weight-fake", "1"}},
		{"without-higher-rate", []string{"--rate", "3e-4"}},
		{"with-improved-gans-rate", []string{"--rate", "3e-3"}},
		{"without-eps-inside", []string{"--eps-inside=false"}},
		{"without-rate-decay", []string{"--rate-decay", "0"}},
		{"without-first-weights", []string{"--init-sigma", "0"}},
		{"without-initialisation", []string{"--init-images", "0"}},
		{"without-average", []string{"--ema-decay", "0"}},
		{"without-warm-up", []string{"--ema-warm-up=false"}},
		{"without-d-first", []string{"--d-first=false"}},
		{"without-uniform-z", []string{"--z-prior", "sphere"}},
		{"without-shift-only", []string{"--g-shift-only=false"}},
		{"without-output-norm", []string{"--g-output-norm=false"}},
		{"with-beta2-0.9999", []string{"--beta2", "0.9999"}},
		{"reference", append([]string{
			"--weight-labelled", "0.5", "--weight-real", "1", "--weight-fake", "1", "--rate", "3e-4", "--eps-inside=false", "--rate-decay", "0",
			"--init-sigma", "0", "--init-images", "0", "--ema-decay", "0", "--d-first=false", "--z-prior", "sphere", "--g-shift-only=false", "--g-output-norm=false",
		}, withoutInformation...)},
	},
}
