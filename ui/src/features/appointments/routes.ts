import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/appointments', name: 'appointments', component: () => import('./AppointmentsPage.vue'), meta: { title: 'appointments.title', tab: 'me' } },
  { path: '/appointments/:id', name: 'appointment', component: () => import('./ChangePage.vue'), props: true, meta: { title: 'appointments.change', tab: 'me' } },
] satisfies RouteRecordRaw[]
