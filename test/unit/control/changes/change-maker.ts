// Changes and what takes them, for the tests of this folder.

import { ChangeDesk } from '../../../../control/changes/change-desk.ts'
import { ChangeRules } from '../../../../control/changes/change-rules.ts'
import type { Appended, PurgeSink } from '../../../../control/changes/purge-sink.ts'
import { MemoryMarks, type VersionMarks } from '../../../../control/changes/version-marks.ts'
import { ITSELF } from '../../../../control/domain/audit.ts'
import type { PurgeOrder } from '../../../../edge/contract/purge.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { RecordingMetrics } from '../../../support/recording-metrics.ts'
import { siteOf } from '../../contract/site-of.ts'

/** Why tests purge. */
export const CAUSE = { actor: ITSELF, reason: 'test' }

/** A rule for shop.item that purges a label and a page, by `version`. */
export const ITEM_RULE = {
  table: 'shop.item',
  purge: [{ tag: 'item-{id}' }, { url: 'https://shop.example/item/{slug}' }],
  versionFrom: 'version',
}

/** The rules of a site with these, one rule `item` by default. */
export function rulesOf(changes: object = { item: ITEM_RULE }): ChangeRules {
  return new ChangeRules(siteOf({ changes }).changes)
}

/** An UPDATE of one row of shop.item. */
export function update(row: object, old: object | null = null, more: object = {}): object {
  return { database: 'shop', table: 'item', type: 'UPDATE', data: [row], ...(old ? { old: [old] } : {}), ...more }
}

/** A purge log that keeps what it is given, and refuses or fails when told to. */
export class RecordedPurges implements PurgeSink {
  readonly orders: PurgeOrder[] = []
  /** Called before each append; may throw. */
  before: () => void = () => {}
  refuses: (order: PurgeOrder) => boolean = () => false

  append(orders: readonly PurgeOrder[]): Appended {
    this.before()
    if (orders.some(this.refuses)) return { ok: false, problems: [{ pointer: '/purges/0/url', message: 'is no URL' }] }
    this.orders.push(...orders)
    return { ok: true, seq: this.orders.length }
  }

  /** What was purged, in short, since the last look. */
  get fresh(): string[] {
    return this.orders.splice(0).map((order) => ('tag' in order ? order.tag : 'url' in order ? order.url : order.by))
  }
}

/** A desk with all that it works with in the hand of the test. */
export function makeDesk(options: { rules?: ChangeRules; marks?: VersionMarks } = {}) {
  const purges = new RecordedPurges()
  const metrics = new RecordingMetrics()
  const marks = options.marks ?? new MemoryMarks(new ManualClock())
  const rules = options.rules ?? rulesOf()
  return { desk: new ChangeDesk({ rules: () => rules, marks, purges, metrics }), purges, metrics, marks }
}
