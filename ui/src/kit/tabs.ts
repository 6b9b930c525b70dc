/** The four places of the app: tabs on phones, words in the band on wide pages. */
export const TABS = [
  { name: 'home', icon: 'house', words: 'kit.tab_home' },
  { name: 'items', icon: 'file-text', words: 'kit.tab_items' },
  { name: 'cases', icon: 'list-checks', words: 'kit.tab_cases' },
  { name: 'me', icon: 'user-round', words: 'kit.tab_me' },
] as const
