// The things the API speaks of, under the names this page uses. They are generated from openapi.json.
import type { components, paths } from './schema'

type Schemas = components['schemas']

/** List is one page of things. */
export interface List<T> {
  items: T[]
  total: number
  totalMore?: boolean
  next?: string
}

export type CallRecord = Schemas['CallRecord']
export type ChangeItem = Schemas['ChangeItem']
export type ChangeSet = Schemas['ChangeSet']
export type Answer = Schemas['Answer']
export type Client = Schemas['ClientSettings']
export type DeletedThing = Schemas['Deleted']
export type Device = Schemas['Device']
export type ExtensionPool = Schemas['ExtensionPool']
export type Forwarding = Schemas['Forwarding']
export type ForwardingInput = Schemas['ForwardingInput']
export type ForwardTo = Schemas['ForwardTo']
export type Greeting = Schemas['Greeting']
export type GreetingKind = Greeting['kind']
export type Group = Schemas['Group']
export type Deletion = Schemas['Deletion']
export type GroupInput = paths['/groups']['post']['requestBody']['content']['application/json']
export type Resolution = Schemas['Resolution']
export type Leave = Schemas['Leave']
export type Hold = Schemas['Hold']
export type Location = Schemas['Location']
export type LocationInput = paths['/locations']['post']['requestBody']['content']['application/json']
export type LiveCall = Schemas['LiveCall']
export type LinkView = Schemas['LinkView']
export type Mailbox = Schemas['Mailbox']
export type MailAnswer = Schemas['MailAnswer']
export type MailInput = paths['/mail']['put']['requestBody']['content']['application/json']
export type MailServer = Schemas['MailServer']
export type Me = Schemas['Me']
export type Occupancy = Schemas['Occupancy']
export type Organization = Schemas['Organization']
export type OutsideBlock = Schemas['OutsideBlockInput']
export type OutsideInput = Schemas['OutsideInput']
export type OutsideNumber = Schemas['OutsideNumber']
export type OutsideResult = Schemas['OutsideResult']
export type Party = Schemas['Party']
export type ProblemBody = Partial<Schemas['Problem']>
export type PermissionInput = paths['/permissions']['post']['requestBody']['content']['application/json']
export type ProfileInput = paths['/provisioning-profiles']['post']['requestBody']['content']['application/json']
export type ProvisioningProfile = Schemas['ProvisioningProfile']
export type Question = Schemas['Question']
export type Reference = Schemas['ReferenceView']
export type Registration = Schemas['Registration']
export type Renaming = Schemas['Renaming']
export type RenumberInput = Schemas['RenumberInput']
export type RenumberResult = Schemas['RenumberResult']
export type Restored = Schemas['Restored']
export type SettingEffects = Schemas['SettingEffects']
export type SettingReach = Schemas['SettingReach']
export type Setting = Schemas['Setting']
export type MeRequest = paths['/me']['patch']['requestBody']['content']['application/json']
export type SetupRequest = paths['/setup']['post']['requestBody']['content']['application/json']
export type RingGroup = Schemas['RingGroup']
export type RingGroupInput = paths['/ring-groups']['post']['requestBody']['content']['application/json']
export type RingMember = Schemas['RingMember']
export type TriedNext = Schemas['TriedNext']
export type TriedStep = Schemas['TriedStep']
/** TriedWay is what becomes of a call, at first or when it goes on. */
export type TriedWay = Omit<Schemas['TriedCall'], 'dialled'>
export type Token = Schemas['Token']
export type UnsentMail = Schemas['UnsentMail']
export type User = Schemas['User']
export type UserCard = Schemas['UserCard']
export type UserInput = paths['/users']['post']['requestBody']['content']['application/json']
export type VoicemailBox = Schemas['VoicemailBox']
export type VoiceMessage = Schemas['VoiceMessage']

export type UserPermission = Schemas['UserPermission']

export type UserKind = User['kind']

/** SecretName is one of the three secrets a user has. */
export type SecretName = keyof Schemas['UserSecrets']

/** Credentials is what a person needs after a secret was made. */
export type Credentials = Pick<UserCard, 'secrets' | 'sipUsername' | 'client' | 'invited'>
