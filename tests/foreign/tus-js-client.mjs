// Sends one file with tus-js-client. Arguments: endpoint, file; the rest by environment.
import { createReadStream, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const require = createRequire(join(process.env.FOREIGN, 'package.json'))
const tus = require('tus-js-client')
const [endpoint, file] = process.argv.slice(2)

await new Promise((resolve, reject) => {
  const upload = new tus.Upload(createReadStream(file), {
    endpoint,
    uploadSize: statSync(file).size,
    chunkSize: 256 * 1024,
    retryDelays: Array.from({ length: 40 }, () => 100),
    headers: { Authorization: `Bearer ${process.env.TOKEN}` },
    metadata: JSON.parse(process.env.METADATA),
    onShouldRetry: () => true,
    onError: reject,
    onSuccess: resolve,
  })
  upload.start()
})
