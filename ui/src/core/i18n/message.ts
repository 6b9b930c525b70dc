/** A sentence, or its forms by number. */
export type Message = string | { one?: string; other: string }

/** What a sentence's `{names}` stand for. */
export type Values = Record<string, string | number>

/** The form that `count` asks for. */
export function pick(message: Message, values: Values, plurals: Intl.PluralRules | undefined): string {
  if (typeof message === 'string') return message
  const count = Number(values['count'] ?? 0)
  return plurals?.select(count) === 'one' && message.one !== undefined ? message.one : message.other
}

/** Puts the values in. A name without a value stays visible, so that a mistake is seen. */
export function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name]
    return value === undefined ? whole : String(value)
  })
}
