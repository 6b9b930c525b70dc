import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/recovery', name: 'recovery', component: () => import('./RecoveryPage.vue'), meta: { title: 'recovery.title', tab: 'me' } },
  { path: '/key', name: 'key', component: () => import('./KeyPage.vue'), meta: { title: 'recovery.change', tab: 'me' } },
] satisfies RouteRecordRaw[]
