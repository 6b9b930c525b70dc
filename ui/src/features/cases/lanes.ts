/** Lanes of a joint case on one shared axis of days. */

import type { Date as Day } from '@/bindings/Date'
import type { JointLane } from '@/bindings/JointLane'
import { dayOf, daysBetween, today } from '@/core/format'

/** A stretch of a lane, as shares of the axis. */
export interface Stretch {
  kind: 'done' | 'working' | 'you' | 'next'
  from: number
  length: number
}

/** The days that all lanes share. */
export interface Axis {
  first: Day
  days: number
  now: number
}

/** Lanes that wait for the person come first, then those that run, then the rest. */
export function inOrder(lanes: JointLane[]): JointLane[] {
  const rank = { needs_you: 0, working: 1, waiting: 2, barred: 3, refused: 3, done: 4, withdrawn: 5, left_out: 6 }
  return [...lanes].sort((a, b) => rank[a.state] - rank[b.state])
}

export function axisOf(lanes: JointLane[], sent: Day): Axis {
  const ends = lanes.flatMap((lane) => [lane.due, lane.ended_at === null ? null : dayOf(lane.ended_at)]).filter((end) => end !== null)
  const days = Math.max(1, ...ends.map((end) => daysBetween(sent, end) + 1), daysBetween(sent, today()) + 1)
  return { first: sent, days, now: Math.min(days, daysBetween(sent, today()) + 0.5) / days }
}

/** What a lane shows on the axis. */
export function stretches(lane: JointLane, axis: Axis): Stretch[] {
  const at = (value: Day, edge: number) => Math.min(1, Math.max(0, (daysBetween(axis.first, value) + edge) / axis.days))
  const stretch = (kind: Stretch['kind'], from: number, to: number): Stretch => ({ kind, from, length: Math.max(0.5 / axis.days, to - from) })
  const begun = lane.opened_at === null ? null : at(dayOf(lane.opened_at), 0)
  if (begun !== null && lane.ended_at !== null) return [stretch('done', begun, at(dayOf(lane.ended_at), 1))]
  const due = lane.due === null ? null : at(lane.due, 1)
  if (begun === null) return due === null ? [] : [stretch('next', axis.now, Math.max(due, axis.now))]
  const asked = lane.state === 'needs_you' && lane.asked_at !== null ? at(dayOf(lane.asked_at), 0) : null
  const parts = asked === null ? [stretch('working', begun, axis.now)] : [stretch('done', begun, asked), stretch('you', asked, axis.now)]
  if (due !== null && due > axis.now) parts.push(stretch('next', axis.now, due))
  return parts
}

/** The lane that decides when everything is done. */
export function slowest(lanes: JointLane[]): string | null {
  let last: { item: string; due: Day } | null = null
  for (const lane of lanes) {
    if (lane.due !== null && lane.ended_at === null && (last === null || lane.due > last.due)) last = { item: lane.item, due: lane.due }
  }
  return last?.item ?? null
}
