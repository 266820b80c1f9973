// Writes .gz and .br beside what was built, so that the server never compresses anything itself.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const COMPRESSED = /\.(js|css|svg|json)$/
const SMALLEST = 1024

export function compressed(source) {
  return {
    '.gz': gzipSync(source, { level: 9 }),
    '.br': brotliCompressSync(source, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  }
}

export function compressFiles() {
  let folder = ''
  return {
    name: 'compress-files',
    apply: 'build',
    configResolved(config) {
      folder = join(config.build.outDir, config.build.assetsDir)
    },
    closeBundle() {
      for (const name of readdirSync(folder)) {
        const path = join(folder, name)
        if (!COMPRESSED.test(name) || statSync(path).size < SMALLEST) continue
        for (const [ending, content] of Object.entries(compressed(readFileSync(path)))) writeFileSync(path + ending, content)
      }
    },
  }
}
