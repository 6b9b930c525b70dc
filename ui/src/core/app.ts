import { computed, shallowRef } from 'vue'
import type { AppStartView } from '@/bindings/AppStartView'
import type { ClientEvent } from '@/bindings/ClientEvent'
import type { SessionPerson } from '@/bindings/SessionPerson'
import type { Settings } from '@/bindings/Settings'
import { local, useLanguage } from '@/core/i18n'
import { applyModes } from '@/core/modes'
import { call, listen } from '@/platform'

const view = shallowRef<AppStartView>()

/** What the frame knows about app, device and person. Only read after `startApp`. */
export const app = computed<AppStartView>(() => {
  if (!view.value) throw new Error('the app has not started')
  return view.value
})

/** The signed-in person, also when the session has ended and their drafts are still here. */
export const person = computed<SessionPerson | undefined>(() => {
  const session = app.value.session
  return session.state === 'signed_in' || session.state === 'expired' ? session.person : undefined
})

export const signedIn = computed(() => app.value.session.state === 'signed_in')
export const senior = computed(() => app.value.settings.mode === 'senior')
export const hotline = computed(() => app.value.city?.hotline ?? '12345')
export const cityName = computed(() => (app.value.city ? local(app.value.city.name) : ''))
export const vaultOpen = computed(() => ['open', 'open_by_passphrase', 'memory_only'].includes(app.value.vault.state))

/** Takes a whole new standing of the app (start, unlock, erase). */
export async function adopt(next: AppStartView): Promise<void> {
  await useLanguage(next.settings.language)
  applyModes(next.settings)
  view.value = next
}

/** Asks the core where everything stands. */
export async function refreshApp(): Promise<void> {
  await adopt(await call('app_start', {}))
}

/** Keeps some settings changed; the screen follows at once. */
export async function changeSettings(changes: Partial<Settings>): Promise<void> {
  const settings = await call('settings_save', { settings: { ...app.value.settings, ...changes } })
  await adopt({ ...app.value, settings })
}

function patch(changes: Partial<AppStartView>): void {
  if (view.value) view.value = { ...view.value, ...changes }
}

/** Small changes are taken from the event itself; the rest is asked again. */
function hear(event: ClientEvent): void {
  switch (event.kind) {
    case 'connectivity_changed':
      // `last_online` belongs to the same reading: ask for both.
      patch({ online: event.online })
      return void refreshApp()
    case 'inbox_changed':
      return patch({ unread: event.unread })
    case 'session_changed':
    case 'settings_changed':
    case 'vault_changed':
    case 'outbox_changed':
    case 'catalogue_changed':
      return void refreshApp()
  }
}

/** Starts: asks once, then follows the core's hints. */
export async function startApp(): Promise<void> {
  await refreshApp()
  listen(hear)
}
