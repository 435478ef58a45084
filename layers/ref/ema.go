package ref

// EMA is one step of an exponential moving average, in place: shadow ← decay·shadow + (1-decay)·value.
func EMA(decay float64, shadow, value []float64) {
	check(value, len(shadow))
	for i, v := range value {
		shadow[i] = decay*shadow[i] + (1-decay)*v
	}
}
