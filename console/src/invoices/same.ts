// Whether a recomputed bill is the invoice: text by text, because that is what "to the last digit" means.
import type { Invoice, InvoiceLine, InvoiceProof } from '../api/types.ts';

function textOf({ kind, quantity, included, overage, unitPrice, amount, inclusive }: InvoiceLine): string {
  return JSON.stringify([kind, quantity, included, overage, unitPrice, amount, inclusive]);
}

export function sameToTheDigit(invoice: Invoice, proof: InvoiceProof): boolean {
  return (
    proof.total === invoice.total &&
    proof.lines.map(textOf).join() === invoice.lines.map(textOf).join() &&
    (invoice.sha256 === null || invoice.sha256 === proof.documentSha256)
  );
}
