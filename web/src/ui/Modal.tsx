import { Modal as Plain, type ModalProps } from '@mantine/core'
import { useEffect, useState } from 'react'

/**
 * Modal is a dialog that gives the focus back to what had it. The component set does so when `opened` turns false; the
 * dialogs here are simply gone then.
 */
export function Modal(props: ModalProps) {
  useFocusBack()
  return <Plain {...props} />
}

function useFocusBack(): void {
  const [before] = useState(() => document.activeElement)
  useEffect(
    () => () => {
      setTimeout(() => {
        const lost = document.activeElement === null || document.activeElement === document.body
        if (lost && before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true })
      })
    },
    [before],
  )
}
