import type catalogue from './zh-CN'

/** Areas and their keys, taken from the source language. */
export type Areas = typeof catalogue
