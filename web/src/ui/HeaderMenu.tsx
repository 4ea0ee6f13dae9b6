import { UnstyledButton } from '@mantine/core'
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'

export interface HeaderMenuItem {
  label: string
  /** lang is the label's language, where it is not the page's. */
  lang?: string
  icon?: ReactNode
  /** current is the choice that holds now. */
  current?: boolean
  onClick: () => void
}

export interface HeaderMenuProps {
  label: string
  button: ReactNode
  /** heading stands above the items. */
  heading?: ReactNode
  items: HeaderMenuItem[]
}

/**
 * HeaderMenu is a menu under a button of the top line. It hangs at the window's edge, so it needs nothing of what places
 * other menus, and the first page stays small.
 */
export function HeaderMenu({ label, button, heading, items }: HeaderMenuProps) {
  const [open, setOpen] = useState(false)
  const id = useId()
  const root = useRef<HTMLDivElement>(null)
  const trigger = useRef<HTMLButtonElement>(null)

  useEffect(() => {
    if (!open) return
    root.current?.querySelector<HTMLElement>('[role="menuitem"]')?.focus()
    const outside = (event: PointerEvent) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false)
    }
    document.addEventListener('pointerdown', outside)
    return () => document.removeEventListener('pointerdown', outside)
  }, [open])

  const close = () => {
    setOpen(false)
    trigger.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const all = [...(root.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])]
    const at = all.indexOf(document.activeElement as HTMLElement)
    const jumps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1 + all.length,
      Home: 0,
      End: all.length - 1,
    }
    const jump = jumps[event.key]
    if (event.key === 'Tab') setOpen(false)
    if (event.key === 'Escape') close()
    else if (jump !== undefined) all[jump % all.length]?.focus()
    else return
    event.preventDefault()
  }
  return (
    <div ref={root} className="header-menu">
      <UnstyledButton
        ref={trigger}
        className="header-menu-button"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {button}
      </UnstyledButton>
      {open && (
        <div className="header-menu-list">
          {heading && <div className="header-menu-heading">{heading}</div>}
          <div id={id} role="menu" aria-label={label} tabIndex={-1} onKeyDown={onKeyDown}>
            {items.map((item) => (
              <UnstyledButton
                key={item.label}
                role="menuitem"
                tabIndex={-1}
                lang={item.lang}
                className="header-menu-item"
                aria-current={item.current || undefined}
                onClick={() => {
                  close()
                  item.onClick()
                }}
              >
                {item.icon}
                {item.label}
              </UnstyledButton>
            ))}
          </div>
        </div>
      )}
    </div>
  )
}
