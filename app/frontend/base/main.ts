/** Every page: styles, htmx, Alpine, keys, forms, dialogs. */
import '@tabler/core/dist/css/tabler.min.css'
import '../styles/main.css'
import Alpine from '@alpinejs/csp'
import 'htmx.org'
import { onContent } from '../shared/dom'
import { t } from '../shared/i18n'
import { startBoard } from './board'
import { startBulk } from './bulk'
import { startChoosing } from './choosing'
import { startDialogs } from './dialogs'
import { startDrafts } from './drafts'
import { startFields } from './fields'
import { startKeyboard } from './keyboard'
import { startMenus } from './menus'
import { startMentions } from './mentions'
import { startRequests } from './requests'
import { startRows, startRowsFromThePage, startWalk } from './rows'
import { startSearch } from './search'
import { guardForms } from './session'
import { startSubmits } from './submits'
import { startLeaving } from './tablet'
import { startTabs } from './tabs'
import { startTheme } from './theme'
import { showToasts, toast } from './toasts'

startRequests()
startDialogs()
startMenus()
startKeyboard()
startSearch()
startWalk()
startRowsFromThePage()
startChoosing()
startTheme()
startLeaving()
startDrafts(onContent)
onContent(startTabs)
onContent(startRows)
onContent(startBoard)
onContent(startFields)
onContent(startBulk)
onContent(startMentions)
onContent(showToasts)
guardForms()
startSubmits()

document.addEventListener('click', (event) => {
  const target = event.target instanceof Element ? event.target : null
  if (target?.closest('[data-back]')) history.back()
  if (target?.closest('[data-print]')) window.print()
  const copied = target?.closest<HTMLElement>('[data-copy]')?.dataset.copy
  if (copied) void navigator.clipboard.writeText(copied).then(() => toast(t('Copied'), 'success'))
})

Alpine.start()
document.documentElement.classList.add('ready')
