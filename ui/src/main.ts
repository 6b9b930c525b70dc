import { createApp } from 'vue'
import '@/styles/index.css'
import App from '@/App.vue'
import { startApp } from '@/core/app'
import { showStartFailure } from '@/core/start-failure'
import { mountSprite } from '@/kit/sprite'
import { listen, openPlatform, problemOf } from '@/platform'
import { router } from '@/router'

async function start(): Promise<void> {
  await openPlatform()
  await startApp()
  mountSprite()
  // A notification was clicked: the core names the page, the router knows whether there is one.
  listen((event) => {
    if (event.kind === 'navigate') void router.push(event.path)
  })
  createApp(App).use(router).mount('#app')
}

start().catch((error: unknown) => showStartFailure(problemOf(error)))
