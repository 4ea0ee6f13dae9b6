/** deleted: the words of Recently deleted. */
export const deleted = {
  'deleted.help': 'Deleted things come back whole for 30 days, with the same numbers and passwords.',
  'deleted.empty': 'Nothing was deleted in the last 30 days.',
  'deleted.kind': 'Kind',
  'deleted.name': 'Name',
  'deleted.with': 'With it',
  'deleted.at': 'Deleted',
  'deleted.by': 'By',
  'deleted.purge': 'Gone for good',
  'deleted.restore': 'Restore',
  'deleted.restoreOne': 'Restore {name}',
  'deleted.restored': 'Restored: {name}.',
} as const
