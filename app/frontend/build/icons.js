// Gathers the icons that templates, modules and scripts name into one SVG sprite.
// Only icons in use are shipped; an unknown name is reported with its place.
import { readFileSync, readdirSync, existsSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const LOOKED_AT = ['app', 'modules']
const SKIPPED = new Set(['node_modules', 'dist', '__pycache__', 'translations', 'build'])
// icon("home"), icon="home", icon_name="home", {"icon": "home"}
const NAMED = /\bicon(?:_name)?["']?\s*[(=:]\s*["']([a-z][a-z0-9-]*)["']/g

function* filesBelow(folder) {
  for (const item of readdirSync(folder, { withFileTypes: true })) {
    if (SKIPPED.has(item.name)) continue
    const path = join(folder, item.name)
    if (item.isDirectory()) yield* filesBelow(path)
    else if (/\.(html|py|ts)$/.test(item.name) && !item.name.endsWith('.test.ts')) yield path
  }
}

export function iconsNamedIn(text) {
  return [...text.matchAll(NAMED)].map((match) => match[1])
}

function usedIcons() {
  const found = new Map()
  for (const top of LOOKED_AT) {
    const folder = join(ROOT, top)
    if (!existsSync(folder)) continue
    for (const path of filesBelow(folder)) {
      for (const name of iconsNamedIn(readFileSync(path, 'utf8'))) {
        if (!found.has(name)) found.set(name, path)
      }
    }
  }
  return found
}

export function symbolFrom(name, svg) {
  const inner = svg.replace(/<!--[\s\S]*?-->/g, '').replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '')
  const outline = svg.includes('stroke="currentColor"')
  const paint = outline
    ? 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'
    : 'fill="currentColor"'
  return `<symbol id="${name}" viewBox="0 0 24 24" ${paint}>${inner.replace(/\s+/g, ' ').trim()}</symbol>`
}

export function iconSprite() {
  return {
    name: 'icon-sprite',
    apply: 'build',
    generateBundle() {
      const folder = join(ROOT, 'node_modules/@tabler/icons/icons')
      const symbols = []
      for (const [name, where] of [...usedIcons()].sort()) {
        const path = ['outline', 'filled']
          .map((kind) => join(folder, kind, `${name.replace(/-filled$/, '')}.svg`))
          .filter((candidate, index) => existsSync(candidate) && (index === 1) === name.endsWith('-filled'))[0]
        if (path) symbols.push(symbolFrom(name, readFileSync(path, 'utf8')))
        else this.warn(`no icon is called "${name}" (named in ${where.slice(ROOT.length)})`)
      }
      const source = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`
      const hash = createHash('sha256').update(source).digest('hex').slice(0, 8)
      this.emitFile({ type: 'asset', fileName: `assets/icons-${hash}.svg`, source })
    },
  }
}
