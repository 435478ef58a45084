# What each target promises: `make help`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test test-all setup build shaders bench lint drivers gpu-kit clean

CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/vkgan
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
BUILD := go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)'

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 10

run: setup ## set up, build, train InfoGAN on MNIST on the best device there is (ARGS=… for more flags)
	@$(BUILD) -o bin/vkgan ./cmd/vkgan
	bin/vkgan train infogan $(ARGS)

setup: ## system packages, a fast CPU Vulkan driver where there is no GPU, MNIST
	@tools/setup.sh run

build: setup ## bin/vkgan and bin/vkgan-headless
	@$(BUILD) -o bin/vkgan ./cmd/vkgan
	@$(BUILD) -tags nowindow -o bin/vkgan-headless ./cmd/vkgan

test: ## set up, then the test suite (what CI runs)
	@tools/setup.sh test
	@tools/test.sh normal

test-all: ## also what is too long for CI: every shape on every variant, race detector, cgocheck2, long GC storm
	@tools/setup.sh test
	@tools/test.sh all

drivers: ## the whole suite on every driver of the matrix, which takes hours
	@tools/setup.sh test
	@tools/test.sh drivers

shaders: ## GLSL to SPIR-V to Go, where it changed
	@tools/setup.sh shaders
	go run ./tools/shaders

lint: ## gofmt, go vet, staticcheck, staleness of generated files
	@tools/setup.sh test
	@tools/lint.sh

bench: build ## benchmarks: device, kernels and steps of both models
	bin/vkgan bench

gpu-kit: setup ## build/gpu-kit.tar.gz: all that is needed to test and time a GPU on a machine without Go or network
	@tools/gpu-kit.sh build/gpu-kit

clean: ## what was built here; the user's cache stays
	rm -rf bin build
