package vk

import (
	"strings"
	"testing"
)

func TestWithoutTheLayerValidationIsRefused(t *testing.T) {
	t.Setenv("VK_LAYER_PATH", t.TempDir()) // the only place where the loader looks for layers
	for _, o := range []Options{{Validate: true}, {}} {
		if !o.Validate {
			t.Setenv("VKGAN_VALIDATE", "1")
		}
		_, err := Open(o)
		mustFail(t, err, "VK_LAYER_KHRONOS_validation is not installed (Debian and Ubuntu: apt-get install vulkan-validationlayers)")
	}
	t.Setenv("VKGAN_VALIDATE", "0")
	open(t, Options{})
}

// validated opens a device whose messages the test expects. Without the layer
// it checks that Open says so, and returns nil.
func validated(t *testing.T, b Build) *Device {
	d, err := Open(Options{Validate: true, Build: &b})
	if !layerInstalled(t) {
		mustFail(t, err, validationLayer)
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestADeliberateErrorIsReported(t *testing.T) {
	d := validated(t, Storage)
	if d == nil {
		return
	}
	if m := d.Messages(); len(m) != 0 {
		t.Errorf("before: %v", m)
	}
	b, err := d.NewBuffer("b", 64, Local)
	if err != nil {
		t.Fatal(err)
	}
	// A fill from an odd offset, recorded and never run.
	d.native.record(d.transfers.commands, false, nil, 0, []nativeOp{opFill(b.block.native.buffer, 2, 4, 0)}, nil)
	b.Free()
	if m := strings.Join(d.Messages(), "\n"); !strings.Contains(m, "VUID-vkCmdFillBuffer-dstOffset") {
		t.Errorf("messages: %q", m)
	}
	err = d.Close()
	mustFail(t, err, "the validation layer spoke ")
	mustFail(t, err, "VUID-vkCmdFillBuffer-dstOffset")
	if len(d.Messages()) == 0 {
		t.Error("Close forgets the messages")
	}
}

func TestARemovedBarrierIsCaught(t *testing.T) {
	first := 1
	if layer, _ := findLayer(); layer.settings != 0 {
		first = 0 // layers of that age look across submissions, too
	}
	for drop := first; drop < 3; drop++ {
		d := validated(t, Storage)
		if d == nil {
			return
		}
		a, errA := d.NewBuffer("a", 4096, Local)
		b, errB := d.NewBuffer("b", 4096, Local)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		r := d.NewRecorder("barriers")
		r.drop = drop
		r.Dispatch(scale{x: a.All(), y: b.All(), rate: 1})
		r.Dispatch(scale{x: b.All(), y: a.All(), rate: 1})
		r.Fill(b.All(), 0)
		p, err := r.End()
		if err != nil {
			t.Fatal(err)
		}
		if s := p.Stats(); s.Barriers != 3 {
			t.Errorf("%d barriers, want 3: %v", s.Barriers, p.reasons)
		}
		if drop > 0 {
			expectHazard(t, d, drop)
		}
		run(t, d, p, 2)
		expectHazard(t, d, drop)
		p.Free()
		a.Free()
		b.Free()
		mustFail(t, d.Close(), "SYNC-HAZARD")
	}
}

func expectHazard(t *testing.T, d *Device, drop int) {
	t.Helper()
	if m := strings.Join(d.Messages(), "\n"); !strings.Contains(m, "SYNC-HAZARD") {
		t.Errorf("without barrier %d: messages %q", drop, m)
	}
}

func TestMessagesAreBounded(t *testing.T) {
	d := validated(t, Storage)
	if d == nil {
		return
	}
	b, err := d.NewBuffer("b", 64, Local)
	if err != nil {
		t.Fatal(err)
	}
	ops := make([]nativeOp, 5)
	for i := range ops {
		ops[i] = opFill(b.block.native.buffer, int64(2+4*i), 4, 0)
	}
	for range 40 {
		d.native.record(d.transfers.commands, false, nil, 0, ops, nil)
	}
	b.Free()
	if m := d.Messages(); len(m) > 65 {
		t.Errorf("%d messages are kept", len(m))
	}
	if d.Close() == nil {
		t.Error("Close is content")
	}
}

func TestValidationError(t *testing.T) {
	if err := validationError(nil); err != nil {
		t.Error(err)
	}
	mustFail(t, validationError([]string{"a", "b"}), "spoke 2 times:\na\nb")
}
