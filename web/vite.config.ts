import { defaultCssVariablesResolver, convertCssVariables, DEFAULT_THEME, mergeMantineTheme } from '@mantine/core'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { themeTokens } from './src/theme-tokens.ts'

const backend = process.env.RINGFENCE_DEV_SERVER ?? 'https://127.0.0.1:8443'

/**
 * Turns the theme into a style sheet when the page is built. Mantine would otherwise write a style tag at run time,
 * which the content security policy (style-src 'self') forbids.
 */
function themeStyleSheet(): Plugin {
  const id = 'virtual:theme.css'
  return {
    name: 'theme-style-sheet',
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load: (source) => {
      if (source !== `\0${id}`) return undefined
      const theme = mergeMantineTheme(DEFAULT_THEME, themeTokens)
      // Components name only these colours; the shades of the others would be a fifth of the style sheet.
      const named = ['ring', 'gray', 'dark', 'red', 'blue']
      theme.colors = Object.fromEntries(
        Object.entries(theme.colors).filter(([name]) => named.includes(name)),
      ) as typeof theme.colors
      return convertCssVariables(defaultCssVariablesResolver(theme), ':root')
    },
  }
}

export default defineConfig({
  plugins: [react(), themeStyleSheet()],
  build: {
    outDir: '../internal/edge/webui/dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(
      ['/api', '/ca.pem', '/healthz', '/readyz'].map((path) => [path, { target: backend, secure: false }]),
    ),
  },
})
