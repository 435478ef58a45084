package gan

import (
	"vkgan/layers"
	"vkgan/vk"
)

// posterior is Q(c|x), which reads the codes back from D's features of an image: softmax(logits) of the categorical code,
// and of each continuous code a Gaussian of variance 1 around a mean.
type posterior struct {
	hidden     *layers.Sequence    // Q's own layers; none: the outputs are linear in D's features
	code       *layers.LinearLayer // logits of the categorical code
	continuous *layers.LinearLayer // means of the continuous codes; nil: there are none
}

// readout is what a posterior makes of images: logits [rows,codes], means [rows,continuous].
type readout struct{ logits, means layers.Tensor }

// part is the rows [from, to).
func (r readout) part(from, to int) readout {
	if r.means.Rows == 0 {
		return readout{logits: r.logits.Part(from, to)}
	}
	return readout{r.logits.Part(from, to), r.means.Part(from, to)}
}

func (r InfoGANRecipe) posterior(b *layers.Builder, features layers.Shape) posterior {
	var own []layers.Config
	if r.QHead > 0 {
		own = []layers.Config{layers.Linear{Name: "linear4", Out: r.QHead}, layers.BatchNorm{Name: "bn4", Act: layers.LeakyReLU}}
	}
	q := posterior{hidden: b.Sequence(features, own...)}
	q.code = b.Linear(q.hidden.Out, layers.Linear{Name: "code", Out: r.Labels, Bias: true})
	if r.Continuous > 0 {
		q.continuous = b.Linear(q.hidden.Out, layers.Linear{Name: "continuous", Out: r.Continuous, Bias: true})
	}
	return q
}

// forward records Q's reading of features.
func (q posterior) forward(rec *vk.Recorder, features layers.Tensor) readout {
	return q.outputs(rec, q.hidden.Forward(rec, features))
}

// backward records the gradients of Q's parameters, and gives those of the features for the last inputRows rows of d.
func (q posterior) backward(rec *vk.Recorder, d readout, inputRows int) layers.Tensor {
	dHidden := q.code.Backward(rec, d.logits, d.logits.Rows)
	if q.continuous != nil {
		dHidden = q.continuous.BackwardAdd(rec, d.means, d.means.Rows, dHidden)
	}
	return q.hidden.Backward(rec, dHidden, inputRows)
}

// backwardInput records the gradient of the features alone.
func (q posterior) backwardInput(rec *vk.Recorder, d readout) layers.Tensor {
	dHidden := q.code.BackwardInput(rec, d.logits)
	if q.continuous != nil {
		dHidden = q.continuous.BackwardInputAdd(rec, d.means, dHidden)
	}
	return q.hidden.BackwardInput(rec, dHidden)
}

// infer records Q's reading of features by calibrated statistics.
func (q posterior) infer(rec *vk.Recorder, features layers.Tensor) readout {
	return q.outputs(rec, q.hidden.Infer(rec, features))
}

func (q posterior) outputs(rec *vk.Recorder, hidden layers.Tensor) (r readout) {
	r.logits = q.code.Forward(rec, hidden)
	if q.continuous != nil {
		r.means = q.continuous.Forward(rec, hidden)
	}
	return r
}

// describe adds Q to a graph.
func (q posterior) describe(g *layers.Graph, features layers.Value) {
	hidden := q.hidden.Describe(g, features)
	logits := g.Output("logits", "of the codes", q.code.Describe(g, hidden))
	g.Output("probabilities", "of the codes", g.Softmax(logits))
	if q.continuous != nil {
		g.Output("continuous", "means of the continuous codes", q.continuous.Describe(g, hidden))
	}
}
