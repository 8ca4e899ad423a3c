// Reads what an invoice says beyond its head: lines, evidence of the peaks, measured uptime, credit notes, its proof.
import {
  decimal,
  fail,
  optionalDecimal,
  optionalRow,
  optionalRows,
  optionalText,
  type Row,
  row,
  text,
} from './fields.ts';
import type { DownRange, InvoiceFacts, InvoiceLine, InvoiceProof, Peak, Uptime } from './types.ts';

export function readLine(value: unknown): InvoiceLine {
  const from = row(value, 'line');
  return {
    kind: text(from, 'kind'),
    name: optionalText(from, 'name'),
    quantity: optionalDecimal(from, 'quantity'),
    included: optionalDecimal(from, 'included'),
    overage: optionalDecimal(from, 'overage'),
    unitPrice: optionalDecimal(from, 'unit_price'),
    amount: decimal(from, 'amount'),
    inclusive: from.inclusive === true,
  };
}

/** Invoices name the range alone, the SLA page also counts its minutes. */
export function readDownRange(from: Row): DownRange {
  return {
    start: text(from, 'start'),
    end: text(from, 'end'),
    minutes: optionalDecimal(from, 'minutes'),
    cause: optionalText(from, 'cause') ?? '',
  };
}

function readInvoiceUptime(from: Row): Uptime {
  return {
    minutes: decimal(from, 'minutes'),
    down: decimal(from, 'down'),
    percent: decimal(from, 'uptime_percent'),
    target: decimal(from, 'target_percent'),
    credit: decimal(from, 'credit_percent'),
    ranges: optionalRows(from, 'down_ranges').map(readDownRange),
    more: optionalDecimal(from, 'more_ranges') ?? '0',
  };
}

function readListed(from: Row): Peak['listed'][number] {
  return { user: optionalText(from, 'user') ?? '', openedAt: text(from, 'opened_at') };
}

/** The peaks of an invoice's own evidence, with the names of its projects. */
function readEvidence(from: Row, projects: InvoiceFacts['projects']): Peak[] {
  return optionalRows(from, 'evidence').map((peak) => {
    const id = text(peak, 'project');
    return {
      project: id,
      name: projects.find((project) => project.id === id)?.name ?? id,
      at: text(peak, 'at'),
      connections: decimal(peak, 'connections'),
      listed: optionalRows(peak, 'listed').map(readListed),
    };
  });
}

/** The answer of `GET /projects/{project}/peak`. */
export function readPeak(value: unknown, name: string): Peak {
  const from = row(value, 'peak');
  return {
    project: text(from, 'project'),
    name,
    at: text(from, 'at'),
    connections: decimal(from, 'peak'),
    listed: optionalRows(from, 'connections').map(readListed),
  };
}

/** Percents of the terms are whole or fractions such as "7/2"; only what is a decimal is shown. */
function percent(terms: Row | null, name: string): string | null {
  const value = terms === null ? null : optionalDecimal(terms, name);
  return value?.includes('/') ? null : value;
}

export function readInvoiceFacts(from: Row): InvoiceFacts {
  const usage = optionalRow(from, 'usage');
  const terms = optionalRow(from, 'terms');
  const sla = optionalRow(from, 'sla');
  const projects = (usage === null ? [] : optionalRows(usage, 'projects')).map((project) => {
    const id = text(project, 'id');
    return { id, name: optionalText(project, 'name') ?? id };
  });
  return {
    zone: optionalText(from, 'zone'),
    sha256: optionalText(from, 'sha256'),
    catalogueSha256: optionalText(from, 'catalogue_sha256'),
    projects,
    evidence: readEvidence(from, projects),
    uptime: sla === null ? null : readInvoiceUptime(sla),
    percents: {
      discount: percent(terms, 'discount_percent'),
      sla_credit: percent(terms, 'sla_credit_percent'),
      tax: percent(terms, 'tax_percent'),
    },
    creditNotes: optionalRows(from, 'credit_notes').map((note) => ({
      number: text(note, 'number'),
      kind: text(note, 'kind'),
      total: decimal(note, 'total'),
    })),
  };
}

export function readProof(value: unknown): InvoiceProof {
  const from = row(value, 'proof');
  if (typeof from.holds !== 'boolean') return fail('holds');
  return {
    number: text(from, 'number'),
    holds: from.holds,
    finding: optionalText(from, 'finding'),
    keySha256: text(from, 'key_sha256'),
    documentSha256: text(from, 'document_sha256'),
    catalogueSha256: text(from, 'catalogue_sha256'),
    hours: optionalDecimal(from, 'hours'),
    records: optionalDecimal(from, 'records'),
    coveredMinutes: optionalDecimal(from, 'covered_minutes'),
    dueMinutes: optionalDecimal(from, 'due_minutes'),
    lines: optionalRows(from, 'lines').map(readLine),
    total: optionalDecimal(from, 'total'),
  };
}
