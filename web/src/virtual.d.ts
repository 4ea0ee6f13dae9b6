declare module 'virtual:theme.css'
declare module '@tabler/icons-react/dist/esm/icons/*.mjs' {
  export { IconCircle as default } from '@tabler/icons-react'
}
