import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/welcome', name: 'welcome', component: () => import('./WelcomePage.vue'), meta: { title: 'start.welcome', open: true } },
  { path: '/sign-in', name: 'sign-in', component: () => import('./SignInPage.vue'), meta: { title: 'start.sign_in', open: true } },
  { path: '/vault', name: 'vault', component: () => import('./VaultPage.vue'), meta: { title: 'start.vault', open: true } },
  { path: '/:rest(.*)*', name: 'missing', component: () => import('./MissingPage.vue'), meta: { title: 'start.missing', open: true } },
] satisfies RouteRecordRaw[]
