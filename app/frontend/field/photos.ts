/** Photos: scaled on the device, kept until the server has confirmed them. */
import type { Order } from './contract'
import { enqueue, type Tools } from './queue'
import type { FieldStore } from './store'

export const LONGEST_SIDE = 1600
const QUALITY = 0.82

/** The size a picture is scaled to, never enlarged. */
export function scaledSize(width: number, height: number, longest = LONGEST_SIDE): [number, number] {
  const factor = Math.min(1, longest / Math.max(width, height))
  return [Math.max(1, Math.round(width * factor)), Math.max(1, Math.round(height * factor))]
}

/** Turn a camera picture into a JPEG of reasonable size; drawing it again also drops its place data. */
export async function scale(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' })
  const [width, height] = scaledSize(bitmap.width, bitmap.height)
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, width, height)
  bitmap.close()
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/jpeg', QUALITY)
  })
}

async function sha256(blob: Blob): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer())
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Keep a photo and announce it in the queue, both or neither. */
export async function keepPhoto(
  store: FieldStore, tools: Tools, order: Order, blob: Blob, kind: string, caption = '',
): Promise<void> {
  const photo_id = tools.id()
  const taken_at = tools.now().toISOString()
  const hash = await sha256(blob)
  await store.transaction('rw', store.photos, store.queue, async () => {
    await store.photos.add({ id: photo_id, order_id: order.id, blob, taken_at, state: 'waiting' })
    await enqueue(store, tools, order, 'order.photo', { photo_id, caption, taken_at, kind, size: blob.size, sha256: hash })
  })
}
