/** Texts of the scripts, translated by the server into the page (see docs/frontend.md). */

type Dictionary = Record<string, string>

let dictionary: Dictionary | undefined

function read(): Dictionary {
  const source = document.getElementById('i18n')?.textContent
  if (!source) return {}
  try {
    return JSON.parse(source) as Dictionary
  } catch {
    return {}
  }
}

/** Replace the dictionary; the field application keeps its own, and tests need it. */
export function useTexts(texts: Dictionary | undefined): void {
  dictionary = texts
}

/** Translate an English text and fill in its {name} parts. */
export function t(text: string, parts: Record<string, string | number> = {}): string {
  dictionary ??= read()
  const translated = dictionary[text] || text
  return translated.replace(/\{(\w+)\}/g, (whole, name: string) => String(parts[name] ?? whole))
}
