import { describe, expect, it } from 'vitest'
import type { ClientEvent } from '../bindings/ClientEvent'
import { opensAnew } from './anew'

const draft = { id: 'drf_1', item_code: 'gjj-rent' }

describe('an open draft is read again', () => {
  const events: [string, ClientEvent, boolean, boolean][] = [
    ['when it changed elsewhere', { kind: 'draft_changed', draft_id: 'drf_1' }, false, true],
    ['not for its own save under way', { kind: 'draft_changed', draft_id: 'drf_1' }, true, false],
    ['not for another draft', { kind: 'draft_changed', draft_id: 'drf_2' }, false, false],
    ['when the registers have answered about its service, also while something is typed', { kind: 'facts_changed', item_code: 'gjj-rent' }, true, true],
    ['not for the facts of another service', { kind: 'facts_changed', item_code: 'deed-tax' }, false, false],
    ['when licences came', { kind: 'licences_changed' }, false, true],
    ['not for what a form does not show', { kind: 'inbox_changed', unread: 1 }, false, false],
  ]
  it.each(events)('%s', (_, event, busy, expected) => {
    expect(opensAnew(event, draft, busy)).toBe(expected)
  })
})
