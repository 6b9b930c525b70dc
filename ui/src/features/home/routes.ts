import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/', name: 'home', component: () => import('./HomePage.vue'), meta: { title: 'core.app', tab: 'home', open: true } },
] satisfies RouteRecordRaw[]
