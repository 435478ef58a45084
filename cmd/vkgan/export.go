package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"vkgan/gan"
)

// exportFlags are the flags of `vkgan export`.
type exportFlags struct{ format, part, out, dir string }

func newExport(s streams) *cobra.Command {
	var f exportFlags
	c := &cobra.Command{
		Use:   "export RUN|FILE",
		Short: "Write a checkpoint's weights for other programs",
		Long: "Writes what a checkpoint has learnt for other programs. A RUN is a run's folder, its number, or 'latest',\n" +
			"the run most recently started, and stands for its latest checkpoint; a FILE is a checkpoint.\n" +
			"  safetensors   weights under PyTorch's names and layouts: both networks, or one of them by --part\n" +
			"  onnx          the generator or the discriminator as a graph (opset 17) that onnxruntime and others run\n" +
			"Both are of the networks as `vkgan eval` measures them: calibrated batch-norm statistics, an average of the\n" +
			"weights where the run keeps one. docs/export.md names every input, output and tensor.",
		Example: "  vkgan export latest --out weights.safetensors\n" +
			"  vkgan export 3 --part discriminator --out classifier.onnx\n" +
			"  vkgan export 3 --part generator --format onnx --out generator.onnx",
		GroupID: groupResults,
		Args:    oneRun,
		RunE:    func(c *cobra.Command, args []string) error { return f.run(c, s, args[0]) },
	}
	c.Flags().StringVar(&f.format, "format", "", "`format`: safetensors or onnx (default: what the name of --out ends in)")
	c.Flags().StringVar(&f.part, "part", "", "`network`: generator or discriminator (default: both)")
	c.Flags().StringVar(&f.out, "out", "", "`file` to write")
	c.Flags().StringVar(&f.dir, "dir", defaultRuns, "`folder` in which to look for runs by number or as 'latest'")
	if err := c.MarkFlagDirname("dir"); err != nil {
		panic(err) // only if there is no such flag
	}
	return c
}

func (f *exportFlags) run(c *cobra.Command, s streams, name string) error {
	part, format := gan.Part(f.part), f.format
	if format == "" {
		format = strings.TrimPrefix(strings.ToLower(filepath.Ext(f.out)), ".")
	}
	switch {
	case f.out == "":
		return wrongUsage(c, "--out is missing: name the file to write, such as generator.onnx or weights.safetensors")
	case f.format == "" && format != "safetensors" && format != "onnx":
		return wrongUsage(c, "--out is %q, which tells no format: give --format safetensors or --format onnx", f.out)
	case format != "safetensors" && format != "onnx":
		return wrongUsage(c, "--format is %q: want safetensors or onnx", format)
	case part != gan.Whole && part != gan.PartGenerator && part != gan.PartDiscriminator:
		return wrongUsage(c, "--part is %q: want generator or discriminator", f.part)
	case format == "onnx" && part == gan.Whole:
		return wrongUsage(c, "an ONNX file is one network's: give --part generator or --part discriminator")
	}
	_, checkpoint, err := readCheckpoint(f.dir, name)
	if err != nil {
		return err
	}
	if same(f.out, checkpoint.Path) {
		return wrongUsage(c, "--out is the checkpoint itself: name another file")
	}
	write, what := checkpoint.ExportSafetensors, "both networks"
	if format == "onnx" {
		write = checkpoint.ExportONNX
	}
	if part != gan.Whole {
		what = string(part)
	}
	if err := write(f.out, part); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "wrote %s: %s's %s at step %s\n", f.out, checkpoint.Info.Model, what, count(checkpoint.Position.Step))
	return nil
}

// same says whether two paths are of one file or folder that is there.
func same(a, b string) bool {
	first, err1 := os.Stat(a)
	second, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(first, second)
}
