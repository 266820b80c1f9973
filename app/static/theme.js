// Runs before the page is drawn, so that a dark page never flashes white. Not part of the build.
(function () {
  var root = document.documentElement
  var wish = root.dataset.theme || 'auto'
  try {
    if (wish === 'auto') wish = localStorage.getItem('theme') || 'auto'
  } catch (_error) { /* storage may be refused */ }
  var dark = wish === 'dark' || (wish === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
  root.dataset.bsTheme = dark ? 'dark' : 'light'
  root.classList.add('scripted')
})()
