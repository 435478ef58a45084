// Package onnx builds ONNX models and writes them (the Open Neural Network Exchange's protocol-buffer format, onnx.proto):
// a graph of operators with float32 weights, the first axis of every input and output a batch of any size.
package onnx

import "slices"

const (
	irVersion = 8  // of the file format; read by every runtime since ONNX 1.12 (2022)
	opset     = 17 // version of the operators, of the same release
)

// Model is a graph and what is told about it.
type Model struct {
	Graph    Graph
	Producer string
	Version  string            // of the producer
	Metadata map[string]string // of anything
}

// Graph is operators in the order of their execution, with the tensors that they take.
type Graph struct {
	Name    string
	About   string
	Inputs  []Value
	Outputs []Value
	Nodes   []Node
	Weights []Tensor // and constants
}

// Value is an input or an output: float32 of shape [batch, Dims...].
type Value struct {
	Name  string
	About string
	Dims  []int
}

// Node applies an operator of the default domain to values, and names its one result.
type Node struct {
	Op         string
	Inputs     []string
	Output     string
	Attributes []Attribute
}

// Attribute is an operator's: Value is an int, a float32 or a []int.
type Attribute struct {
	Name  string
	Value any
}

// Tensor is a constant: Values is a []float32 or an []int64, row-major.
type Tensor struct {
	Name   string
	Dims   []int
	Values any
}

// Add appends a node, and gives its result's name.
func (g *Graph) Add(op, output string, inputs []string, attributes ...Attribute) string {
	g.Nodes = append(g.Nodes, Node{op, inputs, output, attributes})
	return output
}

// Constant adds a tensor, once, and gives its name.
func (g *Graph) Constant(t Tensor) string {
	if !slices.ContainsFunc(g.Weights, func(other Tensor) bool { return other.Name == t.Name }) {
		g.Weights = append(g.Weights, t)
	}
	return t.Name
}

// Output makes a node's result an output of the graph, under the output's name.
func (g *Graph) Output(result string, v Value) {
	for i := range g.Nodes {
		n := &g.Nodes[i]
		if n.Output == result {
			n.Output = v.Name
		}
		for k, input := range n.Inputs {
			if input == result {
				n.Inputs[k] = v.Name
			}
		}
	}
	g.Outputs = append(g.Outputs, v)
}
