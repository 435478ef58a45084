package layers

import (
	"fmt"

	"vkgan/shaders"
	"vkgan/vk"
)

// Guard freezes the training of one or two networks at the first figure or parameter that is not finite.
type Guard struct {
	networks []*Params
	words    vk.Range // [3] uint32, of guard.comp
}

// Trouble is what froze training.
type Trouble struct {
	Step      int    // that was under way; the first is 0
	Figure    int    // its number; -1: a parameter
	Parameter string // its network and name, such as "D.conv2.weight"
}

// NewGuard guards networks that are finished. b holds its memory.
func NewGuard(b *Builder, networks ...*Params) (*Guard, error) {
	if n := len(networks); n < 1 || n > 2 {
		return nil, fmt.Errorf("a guard of %d networks: want 1 or 2", n)
	}
	words, err := b.Buffer("guard", 12, vk.Local)
	if err != nil {
		return nil, err
	}
	return &Guard{networks: networks, words: words.All()}, nil
}

// Check records the look at the figures [n] float32 of the step under way and at what earlier updates left. It belongs
// before the updates, so that a bad figure reaches no parameter, and after them.
func (g *Guard) Check(rec *vk.Recorder, step, figures vk.Range) {
	var second vk.Range
	if len(g.networks) > 1 {
		second = g.networks[1].bad
	}
	rec.Dispatch(shaders.Guard{
		Step: step, Figures: figures, Bad0: g.networks[0].bad, Bad1: second, Guard: g.words,
		Count: int32(figures.Bytes() / 4), NETWORKS: int32(len(g.networks)), Groups: one,
	})
}

func (g *Guard) frozen() vk.Range { return g.words.Slice(0, 4) }

// Trouble says what froze training; nil: nothing has.
func (g *Guard) Trouble(dev *vk.Device) (*Trouble, error) {
	words, err := readWords(dev, g.words)
	if err != nil || words[0] == 0 {
		return nil, err
	}
	t := &Trouble{Step: int(words[0]) - 1, Figure: int(words[1]) - 1}
	if t.Figure >= 0 {
		return t, nil
	}
	network := g.networks[words[2]-1]
	bad, err := readWords(dev, network.bad)
	if err != nil {
		return nil, err
	}
	t.Parameter = network.Name + "." + network.at(int64(^bad[0])).Name
	return t, nil
}

func readWords(dev *vk.Device, r vk.Range) ([]uint32, error) {
	words := make([]uint32, r.Bytes()/4)
	return words, dev.Download(vk.Bytes(words), r)
}
