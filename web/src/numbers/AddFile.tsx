import { Button, FileButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { asProblem, type Problem } from '../api/problem'
import { t } from '../locale'
import { Note } from '../ui/Advisory'
import { advise } from '../ui/advise'
import { IconDownload } from '../ui/icons'
import { problemText } from '../ui/problem-text'
import { OutsidePreview } from './OutsidePreview'
import { filePreviewQuery, useImportOutside } from './queries'

const most = 900_000
const template = 'number,user,note,location\r\n+45 33 73 65 06,201,Reception,\r\n'

/** AddFile loads outside numbers from a CSV file, after it has shown what that would do. */
export function AddFile({ onClose }: { onClose: () => void }) {
  const [file, setFile] = useState<{ name: string; csv: string }>()
  const [problem, setProblem] = useState<Problem>()
  const [tooLarge, setTooLarge] = useState(false)
  const preview = useQuery(filePreviewQuery(file?.csv))
  const load = useImportOutside()
  const choose = async (chosen: File | null) => {
    if (!chosen) return
    setProblem(undefined)
    setTooLarge(chosen.size > most)
    setFile(chosen.size > most ? undefined : { name: chosen.name, csv: await chosen.text() })
  }
  const submit = async () => {
    if (!file) return
    try {
      const { data } = await load.mutateAsync(file.csv)
      advise({ tone: 'done', text: t('outside.loaded', { n: data.added, changed: data.changed }) }, 'here')
      onClose()
    } catch (error) {
      setProblem(asProblem(error))
    }
  }
  const result = preview.data
  const ready = result !== undefined && result.errors === 0 && result.added + result.changed > 0
  return (
    <div className="form">
      <p>{t('outside.fileHelp')}</p>
      <div className="steps">
        <Button variant="light" leftSection={<IconDownload size={16} />} onClick={download}>
          {t('outside.template')}
        </Button>
        <FileButton accept=".csv,text/csv,text/plain" onChange={(chosen) => void choose(chosen)}>
          {(props) => (
            <Button {...props} variant="default">
              {file ? file.name : t('outside.choose')}
            </Button>
          )}
        </FileButton>
        <Button color="green" disabled={!ready} loading={load.isPending} onClick={() => void submit()}>
          {t('outside.load')}
        </Button>
      </div>
      {tooLarge && <Note tone="failed">{t('outside.tooLarge')}</Note>}
      {problem && <Note tone="failed">{problemText(problem)}</Note>}
      <OutsidePreview result={result} error={preview.error} />
    </div>
  )
}

function download(): void {
  const url = URL.createObjectURL(new Blob([template], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = url
  link.download = 'outside-numbers.csv'
  link.click()
  URL.revokeObjectURL(url)
}
