import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { makeQueryClient } from './api/query'
import { loadLanguage, spoken } from './locale'
import { makeRouter } from './router'
import './styles'
import { theme } from './theme'

const client = makeQueryClient()
const router = makeRouter(client)
const schemes = localStorageColorSchemeManager({ key: 'ringfence-scheme' })
const root = document.getElementById('root')

// Until somebody has signed in, the page speaks the browser's language.
if (root) {
  await loadLanguage(spoken(navigator.languages) ?? 'en').catch(() => undefined)
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        colorSchemeManager={schemes}
        defaultColorScheme="auto"
        withCssVariables={false}
        withGlobalClasses={false}
      >
        <QueryClientProvider client={client}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
}
