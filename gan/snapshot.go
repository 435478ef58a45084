package gan

import (
	"vkgan/internal/safetensors"
	"vkgan/vk"
)

// Position is where a run stands, as far as the device does not know it.
type Position struct {
	Step    int     `json:"step"` // steps done
	Epoch   float64 `json:"epoch"`
	TimeS   float64 `json:"time_s"`
	Pending bool    `json:"pending,omitempty"` // what is due at this step (evaluation, samples) has not been done yet
	Sampled int     `json:"sampled"`           // the step of the latest sample grid
	Tested  int     `json:"tested,omitempty"`  // that of the latest evaluation; 0: none, or a checkpoint from before this was kept
	Mean    mean    `json:"mean"`              // of the figures since the last line of metrics
	Last    Metrics `json:"last"`              // the latest value of everything
}

// Snapshot is a run at one moment: a copy of the model's state, taken on the device between two steps while training goes
// on, and the position.
type Snapshot struct {
	Position
	buffer *snapshotBuffer
	ticket vk.Ticket
}

// Tensors waits for the copy and gives it in the file's layouts. It is good until Release.
func (s *Snapshot) Tensors() ([]safetensors.Tensor, error) {
	b := s.buffer
	if err := b.dev.Wait(s.ticket); err != nil {
		return nil, err
	}
	tensors := make([]safetensors.Tensor, len(b.of))
	for i, of := range b.of {
		from, to := b.at[i], b.at[i]+of.Range.Bytes()
		permute(b.file[from:to], b.host.Bytes()[from:to], of.Dims, of.Axes, false)
		tensors[i] = safetensors.Tensor{Name: of.Name, DType: of.DType, Shape: of.shape(), Data: b.file[from:to]}
	}
	return tensors, nil
}

// Release lets the next snapshot be taken.
func (s *Snapshot) Release() { s.buffer.free <- struct{}{} }

// snapshotBuffer is host memory for one snapshot, and the program that fills it.
type snapshotBuffer struct {
	dev  *vk.Device
	of   []Saved
	at   []int64 // where each lies
	host *vk.Buffer
	file []byte // the same in the file's layouts
	copy *vk.Program
	free chan struct{} // holds a token while nobody uses the memory
}

func newSnapshotBuffer(dev *vk.Device, of []Saved) (*snapshotBuffer, error) {
	b := &snapshotBuffer{dev: dev, of: of, free: make(chan struct{}, 1)}
	b.free <- struct{}{}
	bytes := int64(0)
	for _, s := range of {
		b.at = append(b.at, bytes)
		bytes += s.Range.Bytes()
	}
	var err error
	if b.host, err = dev.NewBuffer("snapshot", bytes, vk.Host); err != nil {
		return nil, err
	}
	b.file = make([]byte, bytes)
	b.copy, err = newProgram(dev, "snapshot", func(rec *vk.Recorder) {
		for i, s := range of {
			rec.Copy(b.host.All().Slice(b.at[i], s.Range.Bytes()), s.Range)
		}
	})
	if err != nil {
		b.host.Free()
		return nil, err
	}
	return b, nil
}

func (b *snapshotBuffer) release() {
	b.copy.Free()
	b.host.Free()
}

// inUse says that the last snapshot is not released yet.
func (b *snapshotBuffer) inUse() bool { return len(b.free) == 0 }

// take begins a snapshot, once the last one is released.
func (b *snapshotBuffer) take(p Position) (*Snapshot, error) {
	<-b.free
	ticket, err := b.dev.Submit(b.copy, 1)
	if err != nil {
		b.free <- struct{}{}
		return nil, err
	}
	return &Snapshot{Position: p, buffer: b, ticket: ticket}, nil
}
