import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/drafts/:id(drf_[0-9a-f]+)',
    component: () => import('./DraftShell.vue'),
    props: (route) => ({ id: route.params['id'] }),
    meta: { title: 'apply.question', tab: 'items' },
    children: [
      { path: '', name: 'draft', component: () => import('./StartPage.vue'), meta: { title: 'apply.start_title', tab: 'items' } },
      { path: 'q/:step', name: 'question', component: () => import('./QuestionPage.vue'), props: true, meta: { title: 'apply.question', tab: 'items' } },
      { path: 'plan', name: 'plan', component: () => import('./PlanPage.vue'), meta: { title: 'joint.plan', tab: 'items' } },
      { path: 'materials', name: 'materials', component: () => import('./MaterialsPage.vue'), meta: { title: 'apply.materials', tab: 'items' } },
      { path: 'check', name: 'check', component: () => import('./CheckPage.vue'), meta: { title: 'apply.check', tab: 'items' } },
    ],
  },
  { path: '/drafts/:id(drf_[0-9a-f]+)/sent', name: 'sent', component: () => import('./SentPage.vue'), props: true, meta: { title: 'apply.sent', tab: 'cases' } },
] satisfies RouteRecordRaw[]
