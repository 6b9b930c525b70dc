// @tus/server for uploads, everything else to the real platform. Arguments: port, platform's port, folder.
import { createServer, request } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const require = createRequire(join(process.env.FOREIGN, 'package.json'))
const load = (name) => import(pathToFileURL(require.resolve(name)))
const { Server } = await load('@tus/server')
const { FileStore } = await load('@tus/file-store')
const [port, platform, directory] = process.argv.slice(2)
const tus = new Server({ path: '/v1/uploads', datastore: new FileStore({ directory }) })

createServer((incoming, outgoing) => {
  if (incoming.url.startsWith('/v1/uploads')) {
    tus.handle(incoming, outgoing)
    return
  }
  const { method, url: path, headers } = incoming
  const onward = request({ host: '127.0.0.1', port: platform, method, path, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode, answer.headers)
    answer.pipe(outgoing)
  })
  onward.on('error', () => outgoing.destroy())
  outgoing.on('close', () => onward.destroy())
  incoming.pipe(onward)
}).listen(Number(port), '127.0.0.1')
