import { useHotkeys } from '@mantine/hooks'

/** useNewKey: the letter n begins a new thing of the list one looks at. */
export function useNewKey(begin: () => void): void {
  useHotkeys([['n', begin]])
}
