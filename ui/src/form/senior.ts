import { senior } from '@/core/app'
import { has, say } from '@/core/i18n'
import type { MessageKey } from '@/core/i18n'
import type { Values } from '@/core/i18n/message'

/** Words by key; in senior mode the plainest ones (`…_senior`) where there are any: 提交 → 交上去. */
export function word(key: MessageKey, values: Values = {}): string {
  const plain = `${key}_senior`
  return say(senior.value && has(plain) ? plain : key, values)
}
