// bench.js MODEL.onnx THREADS BATCH MNIST-FOLDER is what `bench` runs.
'use strict'
const fs = require('fs')
const path = require('path')
const zlib = require('zlib')
const ort = require('onnxruntime-node')

const [model, threads, batch, folder] = process.argv.slice(2)
const idx = name => zlib.gunzipSync(fs.readFileSync(path.join(folder, name)))

async function main() {
  const images = Float32Array.from(idx('t10k-images-idx3-ubyte.gz').subarray(16), v => v / 255)
  const labels = idx('t10k-labels-idx1-ubyte.gz').subarray(8)
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: Number(threads), interOpNumThreads: 1 })
  const pass = async () => {
    const winners = []
    for (let at = 0; at < labels.length; at += Number(batch)) {
      const n = Math.min(batch, labels.length - at)
      const image = new ort.Tensor('float32', images.subarray(at * 784, (at + n) * 784), [n, 1, 28, 28])
      const { logits } = await session.run({ image }, ['logits'])
      for (let i = 0; i < n; i++) {
        const row = logits.data.subarray(i * logits.dims[1], (i + 1) * logits.dims[1])
        winners.push(row.indexOf(Math.max(...row)))
      }
    }
    return winners
  }
  const winners = await pass()
  const seconds = []
  for (let turn = 0; turn < 5; turn++) {
    const start = process.hrtime.bigint()
    await pass()
    seconds.push(Number(process.hrtime.bigint() - start) / 1e9)
  }
  console.log(JSON.stringify({
    images_per_s: labels.length / seconds.sort((a, b) => a - b)[2], images: labels.length, seconds, batch: Number(batch), threads: Number(threads),
    right: winners.filter((w, i) => w === labels[i]).length, runtime: `onnxruntime ${ort.env.versions.node}`
  }))
}

main().catch(e => {
  console.error(e.message)
  process.exit(1)
})
