/** The words of the tablet: phases, safety marks, what an operation was, in the technician's language. */
import { formatDateTime, formatDay, formatTime } from '../shared/format'
import { t } from '../shared/i18n'
import type { Choice, OperationType, Priority, Texts } from './contract'
import type { Phase } from './overlay'

export function phaseWord(phase: Phase): string {
  return {
    planned: t('To do'), travelling: t('On the way'), busy: t('In progress'), paused: t('Paused'),
    done: t('Done'), no_access: t('No access'),
  }[phase]
}

export const PHASE_TONES: Record<Phase, string> = {
  planned: 'neutral', travelling: 'info', busy: 'accent', paused: 'warning', done: 'success', no_access: 'danger',
}

export function operationWord(type: OperationType): string {
  return {
    'order.travel': t('On the way'), 'order.start': t('Start'), 'order.pause': t('Pause'), 'order.resume': t('Go on'),
    'order.note': t('Note'), 'order.hours': t('Hours'), 'order.material': t('Material'), 'order.reading': t('Meter reading'),
    'order.checklist': t('Checklist'), 'order.photo': t('Photo'), 'order.signature': t('Signature'),
    'order.no_access': t('No access'), 'order.follow_on': t('Follow-on work'), 'order.change': t('My report'),
    'order.complete': t('Complete'),
  }[type]
}

export function fieldWord(name: string): string {
  return { diagnosis: t('What was found'), work_done: t('What was done') }[name] ?? name
}

/** A text the server gives in several languages, in the language of the page. */
export function inLanguage(text: Texts | string | null | undefined): string {
  if (!text || typeof text === 'string') return text ?? ''
  const language = document.documentElement.lang.slice(0, 2) as keyof Texts
  return text[language] ?? text.fr ?? text.nl ?? text.en ?? ''
}

export function labelOf(choices: Choice[] | undefined, key: string | null | undefined): string {
  return choices?.find((choice) => choice.key === key)?.label ?? key ?? ''
}

/** The priorities that mean danger to people. */
export function dangerousKeys(priorities: Priority[] | undefined): ReadonlySet<string> {
  return new Set((priorities ?? []).filter(({ tone }) => tone === 'critical').map(({ key }) => key))
}

/** A deadline as a person says it: the hour today, else the day too. */
export function deadlineOf(due: Date, now: Date): { text: string, isLate: boolean } {
  const time = formatDay(due) === formatDay(now) ? formatTime(due) : formatDateTime(due)
  const isLate = due < now
  return { isLate, text: isLate ? t('Late: had to be done before {time}', { time }) : t('before {time}', { time }) }
}
