import { Avatar, Button, FileButton } from '@mantine/core'
import { useState } from 'react'
import { asProblem, Problem } from '../api/problem'
import { t } from '../locale'
import { problemText } from '../ui/problem-text'

/** Photo is somebody's face, or the first letters of the name. */
export function Photo({ id, photo, name, size = 28 }: { id: number; photo: string; name: string; size?: number }) {
  const initials = name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join('')
  return (
    <Avatar className="photo" src={photo ? photoAddress(id, photo) : null} size={size} radius="xl" alt="" aria-hidden>
      {initials}
    </Avatar>
  )
}

const photoAddress = (id: number, photo: string) => `/api/v1/users/${id}/photo?photo=${photo}`

export interface PhotoFieldProps {
  value: string
  onChange: (photo: string) => void
  error: string | undefined
  id: number | undefined
  name: string
}

/** PhotoField chooses a picture: it is made small here, stored, and belongs to the user once the form is saved. */
export function PhotoField({ value, onChange, error, id, name }: PhotoFieldProps) {
  const [fresh, setFresh] = useState<{ photo: string; address: string }>()
  const [failed, setFailed] = useState('')
  const [busy, setBusy] = useState(false)
  const choose = async (file: File | null) => {
    if (!file) return
    setBusy(true)
    setFailed('')
    try {
      const small = await shrink(file)
      const photo = await store(small)
      setFresh({ photo, address: URL.createObjectURL(small) })
      onChange(photo)
    } catch (failure) {
      const problem = asProblem(failure)
      setFailed(problem.fields.photo ?? problemText(problem))
    }
    setBusy(false)
  }
  const shown = fresh?.photo === value ? fresh.address : value && id ? photoAddress(id, value) : null
  return (
    <div className="field-row">
      <span className="field-label" id="photo-label">
        {t('user.photo')}
      </span>
      <div className="photo-field" role="group" aria-labelledby="photo-label">
        <Avatar src={shown} size={64} radius="xl" alt={shown ? t('photo.of', { name }) : ''} />
        <FileButton onChange={choose} accept="image/jpeg,image/png,image/webp">
          {(props) => (
            <Button {...props} variant="default" loading={busy}>
              {t('photo.choose')}
            </Button>
          )}
        </FileButton>
        {value && (
          <Button variant="subtle" color="gray" onClick={() => onChange('')}>
            {t('photo.remove')}
          </Button>
        )}
        {(failed || error) && (
          <div role="alert" className="field-error">
            {failed || error}
          </div>
        )}
      </div>
    </div>
  )
}

/** shrink makes a picture as small as photos are, upright, so that little travels. */
async function shrink(file: File): Promise<Blob> {
  const side = 512
  let picture: ImageBitmap
  try {
    picture = await createImageBitmap(file)
  } catch {
    throw new Problem(422, { detail: t('photo.noPicture') })
  }
  const scale = Math.min(1, side / Math.min(picture.width, picture.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(picture.width * scale)
  canvas.height = Math.round(picture.height * scale)
  const context = canvas.getContext('2d')
  if (context) {
    context.fillStyle = '#fff'
    context.fillRect(0, 0, canvas.width, canvas.height)
    context.drawImage(picture, 0, 0, canvas.width, canvas.height)
  }
  picture.close()
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? file), 'image/jpeg', 0.9))
}

/** store keeps a picture at the server and answers the name of the photo. */
async function store(picture: Blob): Promise<string> {
  const response = await fetch('/api/v1/photos', {
    method: 'POST',
    body: picture,
    headers: { 'Content-Type': 'application/octet-stream', Accept: 'application/json' },
    credentials: 'same-origin',
  })
  const body: unknown = await response.json()
  if (!response.ok) throw new Problem(response.status, body as Problem['body'])
  return (body as { photo: string }).photo
}
