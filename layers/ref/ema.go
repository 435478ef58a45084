package ref

// EMA is one step of an exponential moving average, in place: shadow ← decay·shadow + (1-decay)·value.
func EMA(decay float64, shadow, value []float64) {
	check(value, len(shadow))
	for i, v := range value {
		shadow[i] = decay*shadow[i] + (1-decay)*v
	}
}

// WarmDecay is the decay of step t, the first being 1, of an average that warms up: tf.train.ExponentialMovingAverage's of num_updates = t-1.
func WarmDecay(decay float64, t int) float64 {
	updates := float64(t - 1)
	return min(decay, (1+updates)/(10+updates))
}
