import type { RouteRecordRaw } from 'vue-router'

export default [{ path: '/drafts', name: 'drafts', component: () => import('./DraftsPage.vue'), meta: { title: 'drafts.title', tab: 'cases' } }] satisfies RouteRecordRaw[]
