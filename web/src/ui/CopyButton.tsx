import { ActionIcon } from '@mantine/core'
import { useEffect, useState } from 'react'
import { t } from '../locale'
import { IconCheck, IconCopy } from './icons'

/** CopyButton puts a value into the clipboard and says so. */
export function CopyButton({ value, label }: { value: string; label: string }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1500)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async () => {
    await navigator.clipboard.writeText(value)
    setCopied(true)
  }
  const text = copied ? t('copied') : t('copy', { what: label })
  return (
    <ActionIcon variant="subtle" color="gray" size="sm" aria-label={text} title={text} onClick={copy}>
      {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
    </ActionIcon>
  )
}
