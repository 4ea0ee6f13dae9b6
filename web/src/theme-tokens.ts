import type { MantineThemeOverride } from '@mantine/core'

/**
 * The plain values of the theme: one accent colour, 14 px, a 4 px grid. The build turns them into a style sheet
 * (vite.config.ts); theme.ts adds component defaults. Nothing here may touch the browser.
 */
export const themeTokens: MantineThemeOverride = {
  primaryColor: 'ring',
  primaryShade: { light: 6, dark: 6 },
  colors: {
    ring: [
      '#eef3fd',
      '#dce6fa',
      '#b9cdf5',
      '#93b1ee',
      '#7197e7',
      '#4f7bdc',
      '#2f5fc4',
      '#284fa5',
      '#214187',
      '#19336b',
    ],
    red: ['#fdeceb', '#fbd9d7', '#f5b5b1', '#ff9a92', '#ff8d85', '#e0524a', '#c4281f', '#a8211a', '#8c1b15', '#701610'],
    dark: [
      '#d7dae0',
      '#b4b9c3',
      '#979eab',
      '#6a7282',
      '#434a58',
      '#353b47',
      '#282d37',
      '#1b1f27',
      '#15181f',
      '#0f1116',
    ],
  },
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif, "Noto Color Emoji"',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.875rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  lineHeights: { xs: '1.35', sm: '1.45', md: '1.45', lg: '1.5', xl: '1.5' },
  spacing: { xs: '0.25rem', sm: '0.5rem', md: '0.75rem', lg: '1rem', xl: '1.5rem' },
  radius: { xs: '2px', sm: '4px', md: '6px', lg: '8px', xl: '12px' },
  defaultRadius: 'sm',
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.25rem', lineHeight: '1.4' },
      h2: { fontSize: '1rem', lineHeight: '1.5' },
      h3: { fontSize: '0.875rem', lineHeight: '1.5' },
    },
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
}
