// Writes FILE.br and FILE.gz beside every text file of the built page, so that the server need not compress.
import { readdirSync, readFileSync, statSync, writeFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'

const root = path.resolve(import.meta.dirname, '../../internal/edge/webui/dist')
const text = /\.(js|css|html|svg|json|txt)$/
const large = 1024

for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
  const file = path.join(root, name)
  if (!statSync(file).isFile() || !text.test(name)) continue
  const body = readFileSync(file)
  if (body.length < large) {
    for (const old of ['.br', '.gz']) rmSync(file + old, { force: true })
    continue
  }
  const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: body.length }
  writeFileSync(`${file}.br`, zlib.brotliCompressSync(body, { params }))
  writeFileSync(`${file}.gz`, zlib.gzipSync(body, { level: 9 }))
}
