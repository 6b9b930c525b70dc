import { nextTick, watch } from 'vue'

/** A page whose heading comes with its data: reading goes on there once it is shown, unless the person is somewhere already. */
export function useLateHeading(ready: () => unknown): void {
  const stop = watch(
    ready,
    async (there) => {
      if (!there) return
      await nextTick()
      stop()
      const heading = document.querySelector<HTMLElement>('main h1')
      if (!heading || document.activeElement !== document.body) return
      heading.tabIndex = -1
      heading.focus({ preventScroll: true })
    },
    { flush: 'post' },
  )
}
