import { createTheme } from '@mantine/core'
import { themeTokens } from './theme-tokens'

const quick = { duration: 80 }
const list = { defaultProps: { comboboxProps: { shadow: 'none', transitionProps: quick } } }

/**
 * theme is themeTokens and what components do unless told otherwise. Components are named, not imported, so that the first
 * page does not load those it does not use.
 */
export const theme = createTheme({
  ...themeTokens,
  components: {
    // Locking the page's scroll would write a style tag, which the content security policy forbids.
    Modal: { defaultProps: { lockScroll: false, centered: true, shadow: 'none', transitionProps: quick } },
    // In place, and not at the end of the document: there it would stand outside of every landmark.
    Menu: {
      defaultProps: {
        shadow: 'none',
        transitionProps: quick,
        position: 'bottom-end',
        withInitialFocusPlaceholder: false,
        withinPortal: false,
        floatingStrategy: 'fixed',
      },
    },
    // A second header element outside the main part would be a second banner of the page.
    ModalHeader: { defaultProps: { component: 'div' } },
    Select: { defaultProps: { ...list.defaultProps, allowDeselect: false } },
    MultiSelect: list,
    TagsInput: list,
    Tabs: { defaultProps: { keepMounted: false } },
  },
})
