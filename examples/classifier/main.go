// Command classifier learns to read MNIST's digits: a small convolutional network, put together from the packages that
// vkgan's GANs are made of. A training step is recorded once and replayed; all of it happens on the device.
package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"log"

	"vkgan/gan"
	"vkgan/layers"
	"vkgan/vk"
	"vkgan/vk/sidecar"
)

const (
	seed  = 1  // all that is random follows from it, and from a stream's number:
	order = 1  // the stream of the images' order
	first = 16 // the stream of the first parameter's initial values; the next parameter's is 17
)

func main() {
	sidecar.Reexec() // where there is no GPU, on to the fast CPU driver that `make setup` has fetched
	folder := flag.String("data", "", "`folder` of IDX files with MNIST's names (default: MNIST, built in)")
	epochs := flag.Int("epochs", 2, "`passes` over the training images")
	flag.Parse()
	log.SetFlags(0)
	log.SetPrefix("classifier: ")

	// The best device there is, and the data set on it.
	dev := must(vk.Open(vk.Options{}))
	set := must(gan.LoadData(*folder))
	data := must(gan.NewDataset(dev, set, set.Train.Count))
	rows := min(100, data.Train.Count, data.Test.Count) // images in a batch

	// The network, from an image to a score for each class.
	memory := layers.NewBuilder(dev, "classifier", layers.Batch{Forward: rows, Backward: rows, Groups: 1})
	net := memory.Sequence(data.Shape, // 28×28×1
		layers.Conv2D{Name: "conv1", Out: 8, Kernel: 5, Stride: 2, Bias: true, Act: layers.LeakyReLU},  // 14×14×8
		layers.Conv2D{Name: "conv2", Out: 32, Kernel: 5, Stride: 2, Bias: true, Act: layers.LeakyReLU}, // 7×7×32
		layers.Linear{Name: "scores", Out: data.Classes, Bias: true})
	params := must(memory.Finish(seed, first))

	// What else a step works on. Counters and labels are 32-bit words.
	words := func(name string, n int) vk.Range { return must(memory.Buffer(name, 4*int64(n), vk.Local)).All() }
	var (
		step    = words("step", 1)   // training steps done
		tested  = words("tested", 1) // test batches done
		indices = words("indices", rows)
		labels  = words("labels", rows)
		answers = words("answers", rows)
		counts  = words("counts", data.Classes*data.Classes) // test images by answer and label
		images  = must(memory.Tensor("images", rows, data.Shape))
		dScores = must(memory.Tensor("dscores", rows, net.Out)) // the loss's gradient
		loss    = must(memory.Tensor("loss", 1, layers.Vector(1)))
	)

	// A training step: a batch in random order, forward, loss, backward, update.
	rec := dev.NewRecorder("train")
	layers.ShuffledBatch(rec, layers.Stream{Seed: seed, ID: order}, step, data.Train.Count, rows, indices)
	layers.Gather(rec, data.Train.Pixels, indices, images)
	layers.Lookup(rec, data.Train.Labels, indices, labels, rows)
	layers.SoftmaxCE(rec, net.Forward(rec, images), labels, dScores, loss.Data)
	net.Backward(rec, dScores, 0)
	layers.Adam{Rate: 0.003, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}.Step(rec, params, step)
	layers.CountUp(rec, step)
	train := must(rec.End())

	// The next batch of test images, in their files' order: forward, and count the answers.
	rec = dev.NewRecorder("test")
	layers.OrderedBatch(rec, tested, data.Test.Count, rows, indices)
	layers.Gather(rec, data.Test.Pixels, indices, images)
	layers.Argmax(rec, net.Forward(rec, images), answers)
	layers.Count(rec, answers, indices, data.Test.Labels, counts, rows, data.Classes)
	layers.CountUp(rec, tested)
	test := must(rec.End())

	rec = dev.NewRecorder("forget the last test")
	rec.Fill(tested, 0)
	rec.Fill(counts, 0)
	forget := must(rec.End())

	fmt.Printf("%d parameters on %s\n", params.Count(), dev.Info().Name)
	for epoch := 1; epoch <= *epochs; epoch++ {
		steps := data.Train.Count / rows
		for done := 0; done < steps; {
			n := min(100, steps-done)
			must(dev.Submit(train, n))
			done += n
			fmt.Printf("epoch %d, step %4d   loss %.3f\n", epoch, done, must(loss.Read(dev))[0])
		}
		must(dev.Submit(forget, 1))
		must(dev.Submit(test, (data.Test.Count+rows-1)/rows))
		right := 0
		table := make([]byte, counts.Bytes())
		check(dev.Download(table, counts)) // once the test has finished
		for class := range data.Classes {
			right += int(binary.NativeEndian.Uint32(table[4*class*(data.Classes+1):]))
		}
		fmt.Printf("epoch %d   test error %.2f %%\n", epoch, 100-100*float64(right)/float64(data.Test.Count))
	}

	for _, program := range []*vk.Program{train, test, forget} {
		program.Free()
	}
	memory.Free()
	data.Free()
	check(dev.Close())
}

// check ends the program with one line where something failed.
func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// must is v, where nothing failed.
func must[T any](v T, err error) T {
	check(err)
	return v
}
