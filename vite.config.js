import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import { compressFiles } from './app/frontend/build/compress.js'
import { iconSprite } from './app/frontend/build/icons.js'

const entry = (path) => fileURLToPath(new URL(`./app/frontend/${path}`, import.meta.url))

// One entry per area. Addresses are relative, so that the application also works under a prefix.
export default defineConfig({
  root: fileURLToPath(new URL('./app/frontend', import.meta.url)),
  base: './',
  plugins: [iconSprite(), compressFiles()],
  build: {
    outDir: fileURLToPath(new URL('./app/static/dist', import.meta.url)),
    emptyOutDir: true,
    manifest: 'manifest.json',
    target: 'es2022',
    sourcemap: false,
    // Nothing is inlined as data: the content security policy stays short.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      input: {
        base: entry('base/main.ts'),
        charts: entry('charts/main.ts'),
        map: entry('map/main.ts'),
        field: entry('field/main.ts'),
        field_worker: entry('field/worker.ts'),
      },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['**/*.test.ts'],
    restoreMocks: true,
  },
})
