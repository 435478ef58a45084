// Package gan trains generative adversarial networks on a Vulkan device, InfoGAN and SSGAN, and uses what they learnt.
//
// A model is built on a device from a recipe, and a trainer replays its recorded step until a bound is met:
//
//	dev, err := vk.Open(vk.Options{})
//	set, err := gan.LoadData("") // MNIST
//	recipe := gan.InfoGANBest()
//	data, err := gan.NewDataset(dev, set, recipe.TrainImages)
//	model, err := gan.NewInfoGAN(dev, recipe, data, 1) // seed 1
//	trainer, err := gan.NewTrainer(dev, model, gan.Options{MaxSteps: 5000}, observer)
//	result, err := trainer.Run(ctx)
//
// The observer is told of losses, errors, samples and checkpoints as they come; a [Run] can keep them in a folder. A [Checkpoint]
// that has been read gives a [Generator] or a [Classifier], goes on being trained ([Trainer.Restore]), or leaves for other programs
// ([Checkpoint.ExportSafetensors], [Checkpoint.ExportONNX]).
//
// infogan.go and ssgan.go are the models, *_step.go their steps, pair.go what both have.
package gan
