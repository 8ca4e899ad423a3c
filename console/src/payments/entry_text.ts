// What an entry of the ledger is, from its source ("invoice:PO-2026-000001") and the server's own words about it.
import type { StatementEntry } from '../api/types_money.ts';

const kinds = [
  'invoice',
  'credit_note',
  'payment',
  'assigned',
  'credit',
  'refund',
  'write_off',
  'reversal',
  'grant',
  'prepaid',
  'settlement',
] as const;
export type EntryKind = (typeof kinds)[number] | 'other';

export interface EntryFacts {
  kind: EntryKind;
  /** What tells it from others of its kind: the invoice's number, the bank's number, a reference. */
  name: string;
  /** Set when the name is an invoice's number. */
  invoice: boolean;
}

/** A source of a kind that this page does not know is "other", with the server's words. */
export function entryFacts({ source, text }: Pick<StatementEntry, 'source' | 'text'>): EntryFacts {
  const [word = '', ...rest] = source.split(':');
  const kind = kinds.find((known) => known === word) ?? 'other';
  if (kind === 'invoice' || kind === 'credit_note') return { kind, name: rest.join(':'), invoice: kind === 'invoice' };
  const bank = /^payment (.+?)(?: of \d{4}-\d{2}-\d{2}| reversed)$/.exec(text);
  if (bank) return { kind, name: bank[1] ?? '', invoice: false };
  const own = /^(?:credit|refund|write-off|write_off) (.+)$/.exec(text);
  if (own) return { kind, name: own[1] ?? '', invoice: false };
  const month = /(\d{4}-\d{2})\b/.exec(text);
  if (kind === 'prepaid' || kind === 'settlement') return { kind, name: month?.[1] ?? '', invoice: false };
  return { kind, name: kind === 'other' ? text : '', invoice: false };
}
