// Runs before the page is drawn, long before the scripts of the build. Not part of it.
(function () {
  // A dark page never flashes white.
  var root = document.documentElement
  var wish = root.dataset.theme || 'auto'
  try {
    if (wish === 'auto') wish = localStorage.getItem('theme') || 'auto'
  } catch (_error) { /* storage may be refused */ }
  var dark = wish === 'dark' || (wish === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
  root.dataset.bsTheme = dark ? 'dark' : 'light'
  root.classList.add('scripted')

  // Who clicks before the scripts run is answered when they have: on a slow tablet that is a second.
  var clicked = null
  function keep(event) {
    // Once they run, they hear it themselves: twice would open a menu and close it again.
    if (!root.classList.contains('ready')) clicked = event.target instanceof Element && event.target.closest('[data-open], button[type="button"]')
  }
  document.addEventListener('click', keep, true)
  document.addEventListener('DOMContentLoaded', function () {
    document.removeEventListener('click', keep, true)
    if (clicked && clicked.isConnected) clicked.click()
  })
})()
