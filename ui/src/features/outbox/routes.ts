import type { RouteRecordRaw } from 'vue-router'

export default [{ path: '/outbox', name: 'outbox', component: () => import('./OutboxPage.vue'), meta: { title: 'outbox.title', tab: 'cases' } }] satisfies RouteRecordRaw[]
