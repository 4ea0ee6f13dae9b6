/** errors: the words of what went wrong. */
export const errors = {
  'error.title': 'This page could not be shown',
  'error.retry': 'Try again',
  'error.retrying': 'Trying again by itself.',
  'error.requestId': 'Request',
  'error.unreachable': 'The server does not answer.',
  'error.signedOut': 'Your session has ended.',
  'error.forbidden': 'Your role does not allow this.',
  'error.slow': { one: 'Too many tries. Wait {n} second.', other: 'Too many tries. Wait {n} seconds.' },
  'error.server': 'The server failed: {detail}',
} as const
