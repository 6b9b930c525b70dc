import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/me', name: 'me', component: () => import('./MePage.vue'), meta: { title: 'me.title', tab: 'me', open: true } },
  { path: '/access', name: 'access', component: () => import('./AccessPage.vue'), meta: { title: 'access.title', tab: 'me' } },
  { path: '/settings', name: 'settings', component: () => import('./SettingsPage.vue'), meta: { title: 'settings.title', tab: 'me', open: true } },
  { path: '/help', name: 'help', component: () => import('./HelpPage.vue'), meta: { title: 'help.title', tab: 'me', open: true } },
] satisfies RouteRecordRaw[]
