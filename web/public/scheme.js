// Sets light or dark before the first paint, so that a dark page does not flash white. A file of its own, because the
// content security policy allows no inline script.
;(function () {
  var chosen = null
  try {
    chosen = localStorage.getItem('ringfence-scheme')
  } catch (e) {
    chosen = null
  }
  var dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
