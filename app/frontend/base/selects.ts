/** Searchable selects (Tom Select), loaded only on pages that have one. */
import TomSelect from 'tom-select/base'
import 'tom-select/dist/css/tom-select.bootstrap5.min.css'
import { t } from '../shared/i18n'

interface Option { value: string, text: string, hint?: string }

export function enhanceSelect(select: HTMLSelectElement): void {
  const source = select.dataset.source
  const box = new TomSelect(select, {
    plugins: [],
    maxOptions: 200,
    allowEmptyOption: true,
    searchField: ['text', 'hint'],
    ...(source ? { load: loader(source), shouldLoad: (query: string) => query.length > 1 } : {}),
    render: {
      no_results: () => `<div class="no-results">${escape(t('Nothing found'))}</div>`,
      loading: () => `<div class="p-2">${escape(t('Searching…'))}</div>`,
      option: (item: Option) =>
        `<div class="option">${escape(item.text)}${item.hint ? ` <small>${escape(item.hint)}</small>` : ''}</div>`,
    },
  })
  // The real select is only the place where the value is kept; the box above it is what is read out.
  select.setAttribute('aria-hidden', 'true')
  select.addEventListener('draft:fill', () => box.sync())
  const label = select.id && document.querySelector(`label[for="${CSS.escape(select.id)}"]`)
  if (label) label.id ||= `${select.id}-label`
}

function loader(source: string) {
  return (query: string, done: (options: Option[]) => void) => {
    const url = new URL(source, location.href)
    url.searchParams.set('q', query)
    fetch(url, { headers: { Accept: 'application/json' } })
      .then((response) => (response.ok ? (response.json() as Promise<Option[]>) : []))
      .then(done)
      .catch(() => done([]))
  }
}

function escape(text: string): string {
  const holder = document.createElement('i')
  holder.textContent = text
  return holder.innerHTML
}
