import type { Dictionary } from '..'
import { audit } from './audit'
import { calls } from './calls'
import { cards } from './cards'
import { changes } from './changes'
import { common } from './common'
import { deleted } from './deleted'
import { devices } from './devices'
import { errors } from './errors'
import { forms } from './forms'
import { frame } from './frame'
import { groups } from './groups'
import { kinds } from './kinds'
import { lists } from './lists'
import { locations } from './locations'
import { mail } from './mail'
import { numbers } from './numbers'
import { organization } from './organization'
import { overview } from './overview'
import { people } from './people'
import { permissions } from './permissions'
import { profiles } from './profiles'
import { ringgroups } from './ringgroups'
import { routing } from './routing'
import { security } from './security'
import { session } from './session'
import { settings } from './settings'
import { setup } from './setup'
import { tokens } from './tokens'
import { users } from './users'
import { voicemail } from './voicemail'

export const de: Dictionary = {
  ...common,
  ...frame,
  ...errors,
  ...lists,
  ...forms,
  ...session,
  ...setup,
  ...overview,
  ...groups,
  ...users,
  ...people,
  ...cards,
  ...devices,
  ...routing,
  ...ringgroups,
  ...security,
  ...numbers,
  ...locations,
  ...kinds,
  ...calls,
  ...deleted,
  ...changes,
  ...settings,
  ...permissions,
  ...profiles,
  ...organization,
  ...audit,
  ...tokens,
  ...mail,
  ...voicemail,
}

export { server } from './server'
