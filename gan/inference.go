package gan

import (
	"context"
	"errors"
	"iter"
	"unsafe"

	"vkgan/layers"
	"vkgan/vk"
)

// inference applies one network of a checkpoint to any number of rows, in batches of one size, so that what becomes of a
// row depends on nothing else. While the device works on a batch, the host fills the next one and reads the one before.
type inference struct {
	dev     *vk.Device
	memory  *layers.Builder
	params  *layers.Params
	rows    int           // of a batch
	x       layers.Tensor // [rows, in]
	prepare *vk.Program   // what the parameters and statistics alone decide, such as packed weights; nil: nothing
	batches [2]*inferenceBatch
}

// inferenceBatch is a batch on its way: rows that the host writes, the program that takes them through the network, and what
// it leaves for the host to read.
type inferenceBatch struct {
	in, out       []float32 // shared with the device: [rows,width], [rows,result]
	width, result int
	from          vk.Range // in, on the device
	used          int      // rows
	program       *vk.Program
	ticket        vk.Ticket
}

// inferenceRows is a batch that keeps a device busy.
func inferenceRows(dev *vk.Device) int {
	if dev.CPU() {
		return 200
	}
	return 500
}

// network is one that can be recorded: its rows of input and of output, and what records the way from one to the other.
type network struct {
	in, out layers.Shape
	infer   func(rec *vk.Recorder, x layers.Tensor) layers.Tensor
}

// newInference gives the network that build makes, called "G" or "D", the parameters that the checkpoint holds behind a
// prefix, and its statistics. Free gives the memory back.
func (c *Checkpoint) newInference(dev *vk.Device, name, prefix string, rows int, build func(b *layers.Builder) network) (*inference, error) {
	n := &inference{dev: dev, rows: rows, memory: layers.NewBuilder(dev, name, layers.Batch{Forward: rows, Backward: 1, Groups: 1})}
	of := build(n.memory)
	var err error
	n.params, err = n.memory.FinishForInference()
	if err == nil {
		err = c.fill(dev, append(savedParameters(prefix, n.params, n.params.Value), savedStatistics(n.params)...))
	}
	if err == nil {
		err = n.record(of)
	}
	if err != nil {
		n.Free()
		return nil, err
	}
	return n, nil
}

// record records the batches. What lies between their host memory is shared: the device takes one after the other.
func (n *inference) record(of network) error {
	var err error
	if n.x, err = n.memory.Tensor("x", n.rows, of.in); err != nil {
		return err
	}
	for i := range n.batches {
		from, err1 := n.memory.Buffer("in", 4*int64(n.rows*of.in.Size()), vk.Host)
		to, err2 := n.memory.Buffer("out", 4*int64(n.rows*of.out.Size()), vk.Host)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		n.batches[i] = &inferenceBatch{in: floats(from), out: floats(to), width: of.in.Size(), result: of.out.Size(), from: from.All()}
		rec := n.dev.NewRecorder("infer")
		rec.Copy(n.x.Data, from.All())
		rec.Copy(to.All(), of.infer(rec, n.x).Data)
		once := rec.Invariant(n.params.Inferred()...)
		if n.batches[i].program, err = rec.End(); err != nil {
			return err
		}
		if i == 0 && len(once.Commands()) > 0 { // the same for both
			if n.prepare, err = once.End(); err != nil {
				return err
			}
		}
	}
	return nil
}

func floats(host *vk.Buffer) []float32 {
	bytes := host.Bytes()
	return unsafe.Slice((*float32)(unsafe.Pointer(&bytes[0])), len(bytes)/4)
}

// apply gives what becomes of each row, in order. A row that it gives is good until the next; one that it takes may change
// after. It ends with the first error, ctx's if ctx is done.
func (n *inference) apply(ctx context.Context, rows iter.Seq[[]float32]) iter.Seq2[[]float32, error] {
	return func(yield func([]float32, error) bool) {
		defer n.dev.Idle() // the caller may have enough while a batch is under way
		if n.prepare != nil {
			if err := runOnce(n.dev, n.prepare); err != nil {
				yield(nil, err)
				return
			}
		}
		filling, flying := n.batches[0], n.batches[1]
		filling.used, flying.used = 0, 0
		// turn sends off the batch that is filled, and hands out the one before, which makes room for the next.
		turn := func() bool {
			if err := n.send(ctx, filling); err != nil {
				yield(nil, err)
				return false
			}
			filling, flying = flying, filling
			return n.handOut(filling, yield)
		}
		for row := range rows {
			copy(filling.in[filling.used*filling.width:][:filling.width], row)
			if filling.used++; filling.used == n.rows && !turn() {
				return
			}
		}
		if filling.used == 0 || turn() {
			n.handOut(flying, yield)
		}
	}
}

func (n *inference) send(ctx context.Context, b *inferenceBatch) (err error) {
	if err = ctx.Err(); err == nil {
		b.ticket, err = n.dev.Submit(b.program, 1)
	}
	return err
}

// handOut waits for a batch, if there is one, and empties it.
func (n *inference) handOut(b *inferenceBatch, yield func([]float32, error) bool) bool {
	if b.used == 0 {
		return true
	}
	if err := n.dev.Wait(b.ticket); err != nil {
		yield(nil, err)
		return false
	}
	for i := range b.used {
		if !yield(b.out[i*b.result:][:b.result], nil) {
			return false
		}
	}
	b.used = 0
	return true
}

// Batch is how many rows are worked on at once.
func (n *inference) Batch() int { return n.rows }

// Free gives the device memory back.
func (n *inference) Free() {
	for _, b := range n.batches {
		if b != nil && b.program != nil {
			b.program.Free()
		}
	}
	if n.prepare != nil {
		n.prepare.Free()
	}
	n.memory.Free()
}
