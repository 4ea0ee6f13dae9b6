import { useState, type DragEvent } from 'react'

/** Drop is where a dragged row would land. */
export interface Drop<T> {
  target: T
  where: 'before' | 'after'
}

/**
 * useRowDrag lets rows be dragged to another place of their list by the pointer; a line shows where they land. Whoever has no
 * pointer uses the row's menu.
 */
export function useRowDrag<T>(onDrop: ((row: T, drop: Drop<T>) => void) | undefined) {
  const [dragged, setDragged] = useState<T>()
  const [drop, setDrop] = useState<Drop<T>>()
  const end = () => {
    setDragged(undefined)
    setDrop(undefined)
  }
  return (row: T) => {
    if (!onDrop) return {}
    return {
      draggable: true,
      'data-dragged': dragged === row || undefined,
      'data-drop': drop?.target === row ? drop.where : undefined,
      onDragStart: (event: DragEvent<HTMLTableRowElement>) => {
        // A link in the row would be dragged by itself.
        event.dataTransfer.clearData()
        event.dataTransfer.setData('text/plain', '')
        event.dataTransfer.effectAllowed = 'move'
        event.dataTransfer.setDragImage(event.currentTarget, 12, 12)
        setDragged(row)
      },
      onDragOver: (event: DragEvent<HTMLTableRowElement>) => {
        if (dragged === undefined) return
        event.preventDefault()
        const { top, height } = event.currentTarget.getBoundingClientRect()
        const where = event.clientY < top + height / 2 ? 'before' : 'after'
        if (row === dragged) setDrop(undefined)
        else if (drop?.target !== row || drop.where !== where) setDrop({ target: row, where })
      },
      onDragEnd: end,
      onDrop: (event: DragEvent<HTMLTableRowElement>) => {
        event.preventDefault()
        if (dragged !== undefined && drop) onDrop(dragged, drop)
        end()
      },
    }
  }
}
