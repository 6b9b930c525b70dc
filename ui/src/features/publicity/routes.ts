import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/publicity', name: 'publicity', component: () => import('./PublicityPage.vue'), meta: { title: 'publicity.title', tab: 'items' } },
] satisfies RouteRecordRaw[]
