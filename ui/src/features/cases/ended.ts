import type { CaseStatus } from '@/bindings/CaseStatus'

/** Standings in which nothing more is asked of anybody. */
export const ENDED: readonly CaseStatus[] = ['not_accepted', 'refused', 'withdrawn', 'terminated', 'closed', 'granted']
