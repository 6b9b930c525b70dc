import { createApp } from 'vue'
import '@/styles/index.css'
import App from '@/App.vue'
import { startApp } from '@/core/app'
import { showStartFailure } from '@/core/start-failure'
import { mountSprite } from '@/kit/sprite'
import { openPlatform, problemOf } from '@/platform'
import { router } from '@/router'

async function start(): Promise<void> {
  await openPlatform()
  await startApp()
  mountSprite()
  createApp(App).use(router).mount('#app')
}

start().catch((error: unknown) => showStartFailure(problemOf(error)))
