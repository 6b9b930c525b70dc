import type { Language } from '@/bindings/Language'
import type { Mode } from '@/bindings/Mode'
import type { ThemeChoice } from '@/bindings/ThemeChoice'
import { t } from '@/core/i18n'
import { TEXT_STEPS } from '@/core/modes'
import type { ChoiceOption } from './Choice.vue'

/** The settings' options in words; the first run and the settings page say the same. */
export const modes = (): ChoiceOption<Mode>[] => [
  { value: 'standard', words: t('settings.standard'), note: t('settings.standard_note') },
  { value: 'senior', words: t('settings.senior'), note: t('settings.senior_note') },
]

export const themes = (): ChoiceOption<ThemeChoice>[] => [
  { value: 'system', words: t('settings.system') },
  { value: 'light', words: t('settings.light') },
  { value: 'dark', words: t('settings.dark') },
]

export const sizes = (): ChoiceOption<number>[] => TEXT_STEPS.map((step) => ({ value: step, words: t(`settings.size_${step}`) }))

// Each language names itself, so that it is found by those who cannot read the other.
export const languages = (): ChoiceOption<Language>[] => [
  { value: 'zh-CN', words: t('settings.chinese') },
  { value: 'en', words: t('settings.english') },
]
