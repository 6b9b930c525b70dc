import type first from './zh-CN/first'
import type rest from './zh-CN/rest'

/** Areas and their keys, taken from the source language. */
export type Areas = typeof first & typeof rest
