import type { CallRecord } from '../api/types'

/** Sights is what a new system is led through, and whether it has been seen to happen. */
export interface Sights {
  group: boolean
  accounts: boolean
  phone: boolean
  echo: boolean
  call: boolean
  second: boolean
}

export interface Evidence {
  groups: number
  users: number
  phones: number
  records: Pick<CallRecord, 'answeredAt' | 'dialled' | 'caller' | 'callee'>[]
  administrators: number
}

/** seen draws from what the system holds which steps have happened. A phone that called was there, even if it is off now. */
export function seen({ groups, users, phones, records, administrators }: Evidence): Sights {
  const answered = records.filter((record) => record.answeredAt)
  return {
    group: groups > 0,
    accounts: users > 1,
    phone: phones > 0 || records.some((record) => record.caller.userId),
    echo: answered.some((record) => record.dialled === '*43'),
    call: answered.some((record) => record.caller.userId && record.callee.userId),
    second: administrators > 1,
  }
}
