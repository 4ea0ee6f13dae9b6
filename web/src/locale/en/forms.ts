/** forms: the words of forms, conflicts, dangerous questions. */
export const forms = {
  'form.required': 'This is needed.',
  'form.number': 'Write a whole number.',
  'form.waiting': { one: '{n} unsaved change', other: '{n} unsaved changes' },
  'form.leaveTitle': 'Leave without saving?',
  'form.leaveText': { one: '{n} change is not saved yet.', other: '{n} changes are not saved yet.' },
  'form.stay': 'Stay here',
  'form.leave': 'Leave',
  'conflict.title': 'Saved meanwhile by {who}. These fields differ:',
  'conflict.somebody': 'somebody else',
  'conflict.field': 'Field',
  'conflict.theirs': 'Theirs',
  'conflict.mine': 'Mine',
  'conflict.takeTheirs': 'Take theirs',
  'conflict.keepMine': 'Keep mine',
  'danger.type': 'Type “{name}” to confirm',
  'danger.thirtyDays': 'It can be brought back from Recently deleted for 30 days.',
} as const
