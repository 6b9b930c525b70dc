import { nextTick } from 'vue'
import { createRouter, createWebHashHistory } from 'vue-router'
import type { RouteRecordRaw } from 'vue-router'
import { announce } from '@/core/announce'
import { app, vaultOpen } from '@/core/app'
import { allWords, t } from '@/core/i18n'
import type { MessageKey } from '@/core/i18n'

declare module 'vue-router' {
  interface RouteMeta {
    /** Title until the page sets a better one. */
    title: MessageKey
    /** Which tab stands out. */
    tab?: 'home' | 'items' | 'cases' | 'me'
    /** Shown without band and tabs. */
    bare?: boolean
    /** Readable while the sealed store is closed. */
    open?: boolean
  }
}

const found = import.meta.glob<{ default: RouteRecordRaw[] }>('./features/*/routes.ts', { eager: true })

export const router = createRouter({
  history: createWebHashHistory(),
  routes: Object.values(found).flatMap((module) => module.default),
  // Scrolling is part of the focus handling below.
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

let first = true

router.beforeEach(async (to) => {
  if (to.name !== 'home') await allWords()
  // Settings of a store that cannot be read are not known: its page comes before the questions of the first run.
  const unread = ['damaged', 'unreadable'].includes(app.value.vault.state)
  if (!app.value.settings.first_run_done && !unread && to.name !== 'welcome') return { name: 'welcome' }
  // The first page tells of a closed store; afterwards guides may be read without it.
  const stop = !vaultOpen.value && (to.meta.open !== true || first)
  return stop && to.name !== 'vault' && to.name !== 'welcome' ? { name: 'vault', query: { to: to.fullPath } } : true
})

/** Title of the window and of the page in one go; pages call it when they know their thing's name. */
export function setTitle(title: string): void {
  const name = t('core.app')
  document.title = title === name ? name : `${title} · ${name}`
}

router.afterEach(async (to, from, failure) => {
  if (failure) return
  setTitle(t(to.meta.title))
  // A change of the query alone (typing in the search box) is the same page.
  if (to.path === from.path && !first) return
  await nextTick()
  if (first) {
    first = false
    return
  }
  focusHeading()
  announce(document.title)
})

/** The heading is where reading goes on after a page change. */
function focusHeading(): void {
  const heading = document.querySelector<HTMLElement>('main h1')
  if (!heading) return
  heading.tabIndex = -1
  heading.focus({ preventScroll: true })
}
