import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/licences', name: 'licences', component: () => import('./LicencesPage.vue'), meta: { title: 'licences.title', tab: 'me' } },
  { path: '/licences/:id', name: 'licence', component: () => import('./LicencePage.vue'), meta: { title: 'licences.one', tab: 'me' } },
] satisfies RouteRecordRaw[]
