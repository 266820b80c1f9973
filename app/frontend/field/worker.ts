/**
 * The service worker of the technicians' application: keeps its files, so that it opens without network.
 * The server puts `self.FIELD` before this text; data never passes through here, the page keeps it itself.
 */
interface Build { version: string, shell: string, files: string[] }

/** The part of a service worker's global scope used here; the page's types know nothing of it. */
interface WorkerScope {
  FIELD?: Build
  clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(name: 'install' | 'activate', listener: (event: { waitUntil(work: Promise<unknown>): void }) => void): void
  addEventListener(name: 'fetch', listener: (event: { request: Request, respondWith(answer: Promise<Response>): void }) => void): void
}

const worker = self as unknown as WorkerScope
const build: Build = worker.FIELD ?? { version: 'none', shell: '/field/', files: [] }
const NAME = `field-${build.version}`

worker.addEventListener('install', (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(build.files)).then(() => worker.skipWaiting()))
})

worker.addEventListener('activate', (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name.startsWith('field-') && name !== NAME).map((name) => caches.delete(name))))
    .then(() => worker.clients.claim()))
})

worker.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== location.origin) return
  if (request.mode === 'navigate' && url.pathname === build.shell) event.respondWith(freshShell(request))
  else if (build.files.includes(url.pathname)) event.respondWith(kept(request))
})

/** The page from the network when there is one, so that language and sign-in are right; else the kept copy. */
async function freshShell(request: Request): Promise<Response> {
  const cache = await caches.open(NAME)
  try {
    const response = await fetch(request)
    if (response.ok && !response.redirected) await cache.put(build.shell, response.clone())
    return response
  } catch {
    return (await cache.match(build.shell)) ?? Response.error()
  }
}

async function kept(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreSearch: true })) ?? fetch(request)
}
