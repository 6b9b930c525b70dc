import type { TimelineEntry } from '@/bindings/TimelineEntry'
import { day, moment } from '@/core/format'
import { local, t } from '@/core/i18n'
import type { TimelineLine } from '@/kit/Timeline.vue'

/** A line of the timeline: what happens and by when in bold, when it happened and who beneath. */
export function lineOf(entry: TimelineEntry): TimelineLine {
  const title = local(entry.title)
  const due = entry.due && entry.state !== 'done' ? t('cases.by_day', { day: day(entry.due) }) : ''
  const note = [entry.at ? moment(entry.at) : '', local(entry.note)].filter(Boolean).join(t('form.comma'))
  return { title: due ? `${due}${t('form.comma')}${title}` : title, note, state: entry.state }
}
