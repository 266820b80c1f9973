/** Who has work on this device: read by the tablet's page and, when signing out, by every page of the office. */

export interface Account {
  /** As the day names them, the author of what they do here. */
  id: string
  /** Their account in the office. */
  account_id: string
  name: string
  database: string
  unsent: number
  /** Whether their day is the one that is open. */
  is_here: boolean
  left_at?: string
}

export const BOOK = 'field-accounts'

export function readBook(storage: Storage): Account[] {
  try {
    return JSON.parse(storage.getItem(BOOK) ?? '[]') as Account[]
  } catch {
    return []
  }
}

export function writeBook(storage: Storage, accounts: Account[]): void {
  storage.setItem(BOOK, JSON.stringify(accounts))
}

/** What a colleague is called by, and all that is told of them on a device they share. */
export function firstName({ name }: Pick<Account, 'name'>): string {
  return name.trim().split(/\s+/)[0] ?? name
}
