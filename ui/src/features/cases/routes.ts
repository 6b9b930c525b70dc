import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/cases', name: 'cases', component: () => import('./CasesPage.vue'), meta: { title: 'cases.title', tab: 'cases' } },
  { path: '/cases/:id', name: 'case', component: () => import('./CasePage.vue'), props: true, meta: { title: 'cases.case', tab: 'cases' } },
  { path: '/cases/:id/correction', name: 'correction', component: () => import('./CorrectionPage.vue'), props: true, meta: { title: 'cases.correction', tab: 'cases' } },
  { path: '/cases/:id/papers', name: 'supply', component: () => import('./CorrectionPage.vue'), props: (route) => ({ id: route.params.id, cause: 'promise' }), meta: { title: 'cases.supply', tab: 'cases' } },
  { path: '/cases/:id/withdraw', name: 'withdraw', component: () => import('./WithdrawPage.vue'), props: true, meta: { title: 'cases.withdraw', tab: 'cases' } },
] satisfies RouteRecordRaw[]
