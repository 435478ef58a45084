package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"vkgan/layers"
	"vkgan/vk"
)

// precision is the value of --precision: what operands of products and convolutions are rounded to. Everything else is fp32.
type precision string

const (
	fp32 precision = "fp32"
	fp16 precision = "fp16"
)

func (p *precision) String() string { return string(*p) }

func (p *precision) Set(text string) error {
	if of := precision(text); of != fp32 && of != fp16 {
		return errors.New("want fp32 or fp16")
	}
	*p = precision(text)
	return nil
}

func (p *precision) Type() string { return "precision" }

// define defines --precision.
func (p *precision) define(f *pflag.FlagSet) {
	*p = fp32
	f.Var(p, "precision", "`fp32` or fp16: a GPU's cooperative matrices multiply operands rounded to fp16")
}

// open opens a device by opener for training in a precision. Where it lacks what fp16 takes, the error says so; where it multiplies
// wrongly in fp16, it is left in fp32, and say is told.
func (p precision) open(opener func(vk.Options, io.Writer) (*vk.Device, error), o vk.Options, say io.Writer) (*vk.Device, error) {
	o.AsGPU = o.AsGPU || p == fp16 // the kernels for GPUs, on a CPU driver too
	dev, err := opener(o, say)
	if err != nil || p != fp16 {
		return dev, err
	}
	if err := useHalf(dev, say); err != nil {
		return nil, errors.Join(err, dev.Close())
	}
	return dev, nil
}

func useHalf(dev *vk.Device, say io.Writer) error {
	info := dev.Info()
	if missing := info.HalfMissing(); missing != "" {
		return fmt.Errorf("--precision fp16: device %d (%s) lacks %s: choose another --device (`vkgan doctor` says which can), or leave --precision out",
			info.Index, info.Name, missing)
	}
	wrong, err := layers.UseHalf(dev)
	for _, w := range wrong {
		fmt.Fprintf(say, "vkgan: self-test of fp16: %s\n", oneLine(w.Error()))
	}
	if err == nil && len(dev.Half()) == 0 {
		fmt.Fprintln(say, "vkgan: the device fails the self-test of fp16: what follows is in fp32")
	}
	return err
}
