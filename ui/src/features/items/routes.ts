import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/search', name: 'search', component: () => import('./SearchPage.vue'), meta: { title: 'items.search_title', tab: 'items', open: true } },
  { path: '/items', name: 'items', component: () => import('./CataloguePage.vue'), meta: { title: 'items.title', tab: 'items', open: true } },
  { path: '/items/:code', name: 'guide', component: () => import('./GuidePage.vue'), meta: { title: 'items.guide', tab: 'items', open: true } },
  { path: '/items/:code/calculate', name: 'calculate', component: () => import('./CalculatePage.vue'), meta: { title: 'items.calculate', tab: 'items', open: true } },
] satisfies RouteRecordRaw[]
