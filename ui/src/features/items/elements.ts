import type { Guide } from '@/bindings/Guide'
import type { GuideView } from '@/bindings/GuideView'
import { local, t } from '@/core/i18n'
import { listed } from './words'

/** One element of the standard, in words. */
export interface Element {
  name: string
  words: string
}

/** The elements of a guide, those that were stated, in the order of the standard's table. */
export function elementsOf(view: GuideView): Element[] {
  return [...identity(view), ...organ(view), ...power(view.guide), ...handling(view)]
}

type Stated = string | false | undefined

function kept(lines: [string, Stated][]): Element[] {
  return lines.flatMap(([name, words]) => (words ? [{ name, words }] : []))
}

function identity({ guide, codes }: GuideView): Element[] {
  return kept([
    [t('items.element_code'), guide.basic_code],
    [t('items.element_local_code'), guide.local_code],
    [t('items.element_task'), codes?.task],
    [t('items.element_handling_code'), codes?.handling],
    [t('items.element_record'), codes?.record],
    [t('items.element_type'), t(`items.type_${guide.item_type}`)],
  ])
}

function organ({ organ: office, joint_offices: others }: GuideView): Element[] {
  return kept([
    [t('items.element_organ'), office ? local(office.name) : undefined],
    [t('items.element_nature'), office?.nature && t(`items.nature_${office.nature}`)],
    [t('items.element_organ_code'), office?.credit_code],
    [t('items.element_central'), office?.central && local(office.central)],
    [t('items.element_offices'), others.length > 0 && listed(others.map(local))],
  ])
}

function power(guide: Guide): Element[] {
  const { levels, power_source: source, entrusted_by: lender, grassroots } = guide
  return kept([
    [t('items.element_levels'), levels && listed(levels.map((one) => t(`items.level_${one}`)))],
    [t('items.element_power'), source && t(`items.power_${source}`)],
    [t('items.element_entrusted'), lender && local(lender)],
    [t('items.element_grassroots'), grassroots && listed(grassroots.map((one) => `${local(one.name)} ${one.code}`))],
  ])
}

function handling({ guide, bookable }: GuideView): Element[] {
  const served = guide.served?.map((one) => t(`items.served_${one}`)) ?? guide.audience.map((one) => t(`items.audience_${one}`))
  const { ways, online, post } = guide
  return kept([
    [t('items.element_audience'), listed(served)],
    [t('items.element_handling'), t(`items.handling_${guide.handling}`)],
    [t('items.element_ways'), ways && listed(ways.map((one) => t(`items.way_${one}`)))],
    [t('items.element_depth'), t(`items.depth_${guide.online_depth}`)],
    [t('items.element_computer'), online && local(online.computer)],
    [t('items.element_phone'), online && local(online.phone)],
    [t('items.element_sign_in'), online?.single_sign_in && t('items.single_sign_in')],
    [t('items.element_system'), guide.system && local(guide.system)],
    [t('items.element_cross'), t(`items.cross_${guide.cross_handling ?? 'none'}`)],
    [t('items.element_post'), post && t(`items.post_${post.materials ? 'materials' : 'no_materials'}_${post.result ? 'result' : 'no_result'}`)],
    [t('items.element_booking'), t(bookable ? 'items.booking_yes' : 'items.booking_no')],
    [t('items.element_terminal'), ways && t(ways.includes('terminal') ? 'items.terminal_yes' : 'items.terminal_no')],
    [t('items.element_quantity'), guide.quantity_limit ? local(guide.quantity_limit) : t('items.quantity_none')],
    [t('items.element_intermediary'), guide.intermediary ? local(guide.intermediary) : t('items.intermediary_none')],
  ])
}
