// bench.js MODEL.onnx THREADS BATCH MNIST-FOLDER is what `bench` runs.
'use strict'
const fs = require('fs')
const path = require('path')
const zlib = require('zlib')
const ort = require('onnxruntime-node')

const [model, threads, batchText, folder] = process.argv.slice(2)
const batch = Number(batchText)
const count = 10000
const idx = name => zlib.gunzipSync(fs.readFileSync(path.join(folder, name)))

// inputs are the values of all rows of each of the model's inputs: test images, or latents, in which normal numbers on the unit
// sphere would be no faster or slower than these.
const inputs = {
  image: () => Float32Array.from(idx('t10k-images-idx3-ubyte.gz').subarray(16), v => v / 255),
  z: width => Float32Array.from({ length: count * width }, (_, i) => Math.sin(i * i) / Math.sqrt(width)),
  code: width => Float32Array.from({ length: count * width }, (_, i) => Number(Math.floor(i / width) % width === i % width))
}

// winners are the places of the largest logits.
function winners({ data, dims }) {
  return Array.from({ length: dims[0] }, (_, i) => {
    const row = data.subarray(i * dims[1], (i + 1) * dims[1])
    return row.indexOf(Math.max(...row))
  })
}

async function main() {
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: Number(threads), interOpNumThreads: 1 })
  const discriminator = session.outputNames.includes('logits')
  const output = discriminator ? 'logits' : 'image'
  const fed = session.inputMetadata.map(({ name, shape }) => {
    const row = shape.slice(1).reduce((a, b) => a * b, 1)
    return { name, dims: shape.slice(1), row, values: inputs[name](row) }
  })
  const pass = async () => {
    const found = []
    for (let at = 0; at < count; at += batch) {
      const n = Math.min(batch, count - at)
      const feeds = Object.fromEntries(fed.map(({ name, dims, row, values }) =>
        [name, new ort.Tensor('float32', values.subarray(at * row, (at + n) * row), [n, ...dims])]))
      const result = (await session.run(feeds, [output]))[output]
      if (result.dims[0] !== n) throw new Error(`${model}: ${output} has ${result.dims[0]} rows for a batch of ${n}`)
      if (discriminator) found.push(...winners(result))
    }
    return found
  }
  const found = await pass()
  const seconds = []
  for (let turn = 0; turn < 5; turn++) {
    const start = process.hrtime.bigint()
    await pass()
    seconds.push(Number(process.hrtime.bigint() - start) / 1e9)
  }
  const report = { images_per_s: count / seconds.sort((a, b) => a - b)[2], images: count, seconds, batch, threads: Number(threads) }
  if (discriminator) {
    const labels = idx('t10k-labels-idx1-ubyte.gz').subarray(8)
    report.right = found.filter((w, i) => w === labels[i]).length
  }
  console.log(JSON.stringify({ ...report, runtime: `onnxruntime ${ort.env.versions.node}` }))
}

main().catch(e => {
  console.error(e.message)
  process.exit(1)
})
