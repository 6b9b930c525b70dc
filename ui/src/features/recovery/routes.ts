import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/recovery', name: 'recovery', component: () => import('./RecoveryPage.vue'), meta: { title: 'recovery.title', tab: 'me' } },
] satisfies RouteRecordRaw[]
