package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"vkgan/tools/gpu/facts"
)

// deviceTurn stores what the machine and its GPU are, whether fp16 works, and whether there is a PyTorch.
func deviceTurn(t *turn) error {
	d := t.value.(*facts.Device)
	d.Machine = machine(t)
	out, err := run(t.ctx, filepath.Join(t.folder, "vkgan-headless"), "devices", "--json")
	if err != nil {
		return fmt.Errorf("vkgan devices: %w", err)
	}
	var list []deviceLine
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		return fmt.Errorf("vkgan devices: %w", err)
	}
	d.Devices = json.RawMessage(out)
	if d.Chosen = chosen(list, t.device); d.Chosen == nil {
		return fmt.Errorf("no usable device: `vkgan-headless devices` says what each lacks")
	}
	t.measured("%s, %s %s, Vulkan %s", d.Chosen.Name, d.Chosen.Driver, d.Chosen.DriverInfo, d.Chosen.API)
	if d.Chosen.Type == "cpu" {
		t.failed("a GPU", errors.New("the loader lists none, so a CPU driver is measured"))
	}
	if d.Doctor, err = run(t.ctx, filepath.Join(t.folder, "vkgan-headless"), "doctor"); err != nil && !t.over() {
		t.failed("vkgan doctor", err)
	}
	if d.FP16 = tryFP16(t); d.FP16 != nil {
		t.measured("fp16: %s", orElse(d.FP16.Refusal, "works"))
	}
	if d.Torch = tryTorch(t); d.Torch != nil {
		t.measured("PyTorch: %s %s", orElse(d.Torch.Error, d.Torch.Version), d.Torch.CUDA)
	}
	if t.over() {
		return errOver
	}
	return nil
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

type deviceLine struct {
	facts.Chosen
	UUID   string `json:"uuid"`
	Usable bool   `json:"usable"`
}

// chosen is the device that want names, as vkgan understands it, or the best.
func chosen(list []deviceLine, want string) *facts.Chosen {
	for _, d := range list {
		switch {
		case !d.Usable:
		case want == "" && d.Best, want == strconv.Itoa(d.Index), want != "" && strings.EqualFold(want, d.UUID):
			return &d.Chosen
		}
	}
	for _, d := range list {
		if want != "" && d.Usable && strings.Contains(strings.ToLower(d.Name), strings.ToLower(want)) {
			return &d.Chosen
		}
	}
	return nil
}

// machine describes what is beside the GPU.
func machine(t *turn) facts.Machine {
	m := facts.Machine{Processors: runtime.NumCPU(), Loader: os.Getenv("KIT_LOADER"), Driver: os.Getenv("KIT_DRIVER")}
	if out, err := run(t.ctx, "uname", "-srm"); err == nil {
		m.Kernel = strings.TrimSpace(out)
	}
	m.System = strings.Trim(after("/etc/os-release", "PRETTY_NAME="), `"`)
	m.Processor = strings.TrimLeft(after("/proc/cpuinfo", "model name"), "\t :")
	m.MemoryKB, _ = strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(after("/proc/meminfo", "MemTotal:"), "kB")), 10, 64)
	out, err := run(t.ctx, "nvidia-smi", "--format=csv",
		"--query-gpu=name,driver_version,memory.total,clocks.sm,clocks.max.sm,clocks.max.mem,power.limit,temperature.gpu,pcie.link.gen.current")
	if err == nil {
		m.NVIDIA = out
	}
	return m
}

// after is the rest of the first line of a file that begins so.
func after(path, begin string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, found := strings.CutPrefix(lines.Text(), begin); found {
			return rest
		}
	}
	return ""
}

// tryFP16 asks vkgan for a step in fp16. A refusal is a fact.
func tryFP16(t *turn) *facts.FP16 {
	out, err := t.vkgan("bench", "step", "--model", "ssgan", "--precision", "fp16", "--steps", "1", "--warmup", "1", "--json")
	var report struct{ Precision string }
	switch {
	case t.over():
		return nil
	case err != nil:
		return &facts.FP16{Refusal: err.Error()}
	case json.Unmarshal([]byte(out), &report) != nil || report.Precision != "fp16":
		return &facts.FP16{Refusal: "vkgan took " + report.Precision + " in its place"}
	}
	return &facts.FP16{Works: true}
}

const askTorch = `import json, torch
print(json.dumps({"version": torch.__version__, "cuda": torch.cuda.get_device_name() if torch.cuda.is_available() else ""}))`

// tryTorch asks python3 for its PyTorch.
func tryTorch(t *turn) *facts.Torch {
	out, err := run(t.ctx, t.python, "-c", askTorch)
	torch := &facts.Torch{}
	switch {
	case t.over():
		return nil
	case err != nil:
		torch.Error = err.Error()
	default:
		if err := json.Unmarshal([]byte(lastLines(out, 1, 1000)), torch); err != nil {
			torch.Error = err.Error()
		}
	}
	return torch
}

// torchHere is what part device says of PyTorch, found out now where that part has nothing.
func (t *turn) torchHere() facts.Torch {
	var d facts.Device
	facts.Read(t.state, "device", &d)
	if d.Torch == nil {
		d.Torch = tryTorch(t)
	}
	if d.Torch == nil {
		return facts.Torch{}
	}
	return *d.Torch
}

// usable are the precisions to measure. What vkgan refuses is noted as left out.
func (t *turn) usable() (list []string) {
	for _, p := range t.precisions {
		if p == "fp16" {
			if refusal := t.fp16Refusal(); refusal != "" {
				t.leave("fp16", refusal)
				continue
			}
		}
		list = append(list, p)
	}
	return list
}

// fp16Refusal is why fp16 is not to be had, likewise; "": it works.
func (t *turn) fp16Refusal() string {
	var d facts.Device
	facts.Read(t.state, "device", &d)
	if d.FP16 == nil {
		d.FP16 = tryFP16(t)
	}
	switch {
	case d.FP16 == nil:
		return "there was no time to try it"
	case d.FP16.Works:
		return ""
	}
	return orElse(d.FP16.Refusal, "vkgan refused it")
}

// inPrecision adds the flag that asks for a precision. fp32 is what vkgan does without.
func inPrecision(precision string, args ...string) []string {
	if precision != "fp32" {
		args = append(args, "--precision", precision)
	}
	return args
}
