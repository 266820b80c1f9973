/** What travels between tablet and server; docs/offline_sync.md explains each part. */

export interface Texts { fr?: string, nl?: string, en?: string }
export interface Choice { key: string, label: string }
/** `tone` is the tone of its rank: `critical` for danger to people, then `danger`, `warning`, `info`, `neutral`, `quiet`. */
export interface Priority extends Choice { tone?: string }
export interface Fields { diagnosis?: string | null, work_done?: string | null, [name: string]: string | null | undefined }

export interface Order {
  id: string
  number: string
  version: number
  title: string
  status: string
  description?: string | null
  priority?: string | null
  trade?: string | null
  planned_start_at?: string | null
  planned_end_at?: string | null
  due_at?: string | null
  sequence?: number | null
  planner_note?: string | null
  safety?: string[] | null
  requires?: { signature?: boolean, photo?: boolean } | null
  location: {
    building_label?: string | null, lot_label?: string | null, address?: Texts | string | null
    postcode?: string | null, municipality?: Texts | string | null, latitude?: number | null, longitude?: number | null
  }
  access?: { instructions?: string | null, codes?: { id: string, label: string, code: string, note?: string | null }[] | null } | null
  contact?: { name?: string | null, phone?: string | null, language?: string | null, availability?: string | null } | null
  warnings?: { id: string, kind?: string, severity?: string, text: string, ends_on?: string | null }[] | null
  installation?: { id: string, label: string, documents?: { id: string, title: string, url: string }[] } | null
  meters?: Meter[] | null
  checklist?: { id: string, label: string, kind?: 'boolean' | 'number' | 'text', required?: boolean }[] | null
  tasks?: { id: string, label: string, quantity?: string | null, unit?: string | null, done?: boolean }[] | null
  photos?: { id: string, caption?: string | null, url: string, taken_at?: string | null }[] | null
  history?: { at: string, kind?: string, number?: string | null, text: string, by?: string | null }[] | null
  fields: Fields
  /** Why it is not on the list any more; only the tablet keeps it, while something of it is unsent. */
  elsewhere?: Elsewhere
}

/** An order with unsent work that left the list: where it stands, and in words whose it is now. */
export interface Elsewhere { id: string, status?: string, is_yours: boolean, text: string }

export interface Meter {
  id: string, label: string, unit: string, last_value?: string | null, last_read_at?: string | null
  expected_min?: string | null, expected_max?: string | null
}

export interface Lookups {
  outcomes?: Choice[], no_access_reasons?: Choice[], trades?: Choice[], statuses?: Choice[], priorities?: Priority[]
  materials?: { id: string, sku?: string, label: string, unit: string, in_van?: string | null }[]
}

export interface Technician { id: string, account_id?: string, name: string, locale: string }

export interface Day {
  generated_at: string
  technician: Technician
  csrf_token?: string
  orders: Order[]
  elsewhere?: Elsewhere[]
  lookups?: Lookups
}

export type OperationType =
  | 'order.travel' | 'order.start' | 'order.pause' | 'order.resume' | 'order.note' | 'order.hours' | 'order.material'
  | 'order.reading' | 'order.checklist' | 'order.photo' | 'order.signature' | 'order.no_access' | 'order.follow_on'
  | 'order.change' | 'order.complete'

export interface Operation {
  id: string
  type: OperationType
  order_id: string
  base_version: number
  payload: Record<string, unknown>
  made_at: string
  /** Who did it: the server takes it from nobody else. */
  author?: string
  /** What the server found odd about it, to be shown until the technician has seen it. */
  warning?: string
  /** `clock` when it is about the clock of this tablet, and not about what was noted. */
  about?: string
}

export interface Current { version: number, status?: string, fields: Fields, changed_by?: string, changed_at?: string }

export interface Result {
  id: string
  status: 'accepted' | 'duplicate' | 'conflict' | 'refused'
  order_version?: number
  current?: Current
  conflicting_fields?: string[]
  code?: string
  message?: string
  warning?: string
  about?: string
}
