import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { sprite } from './scripts/sprite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const devhost = process.env['HAOBAN_DEVHOST'] ?? 'http://127.0.0.1:8430'

/** Two builds: the app (`dist`), and with `--mode desk` the officers' page (`dist-desk`, served under `/desk`). */
export default defineConfig(({ mode }) => {
  const desk = mode === 'desk'
  return {
    root: here('.'),
    base: desk ? '/desk/' : './',
    publicDir: desk ? false : 'public',
    plugins: [vue(), sprite()],
    resolve: { alias: { '@': here('./src') } },
    define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
    build: {
      outDir: desk ? 'dist-desk' : 'dist',
      emptyOutDir: true,
      target: ['safari16.4', 'chrome111'],
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      cssCodeSplit: true,
      manifest: true,
      rolldownOptions: {
        input: here(desk ? './desk.html' : './index.html'),
        output: { codeSplitting: { groups: [{ name: 'sprite', test: /virtual:sprite/ }] } },
      },
    },
    server: {
      fs: { allow: [here('..')] },
      host: '127.0.0.1',
      port: 5173,
      proxy: { '/rpc': devhost, '/host': devhost },
    },
    test: { environment: 'node', include: ['src/**/*.test.ts', 'tests/**/*.test.ts'] },
  }
})
