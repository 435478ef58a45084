// run.js runs ONNX models in onnxruntime, for the tests (internal/onnxtest). On stdin it reads a JSON list of
//   {"model": "FILE.onnx", "batch": 100, "inputs": {"NAME": "FILE"}, "outputs": {"NAME": "FILE"}}
// whose inputs are raw little-endian float32, any number of rows, which it takes in batches; outputs it writes likewise.
// NODE_PATH names the folder with onnxruntime-node in it.
'use strict'
const fs = require('fs')
const ort = require('onnxruntime-node')

async function run({ model, batch, inputs, outputs }) {
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 2, interOpNumThreads: 1 })
  const fed = session.inputMetadata.map(({ name, shape }) => {
    const bytes = fs.readFileSync(inputs[name])
    const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
    return { name, values, dims: shape.slice(1), row: shape.slice(1).reduce((a, b) => a * b, 1) }
  })
  const rows = fed[0].values.length / fed[0].row
  const files = Object.fromEntries(Object.entries(outputs).map(([name, file]) => [name, fs.openSync(file, 'w')]))
  for (let at = 0; at < rows; at += batch) {
    const n = Math.min(batch, rows - at)
    const feeds = Object.fromEntries(fed.map(({ name, values, dims, row }) =>
      [name, new ort.Tensor('float32', values.subarray(at * row, (at + n) * row), [n, ...dims])]))
    const results = await session.run(feeds, Object.keys(outputs))
    for (const [name, file] of Object.entries(files)) {
      const { dims, data } = results[name]
      if (dims[0] !== n) throw new Error(`${model}: ${name} has ${dims[0]} rows for a batch of ${n}`)
      fs.writeSync(file, Buffer.from(data.buffer, data.byteOffset, data.byteLength))
    }
  }
  Object.values(files).forEach(file => fs.closeSync(file))
  await session.release()
}

(async () => {
  for (const job of JSON.parse(fs.readFileSync(0, 'utf8'))) await run(job)
})().catch(e => {
  console.error(e.message)
  process.exit(1)
})
