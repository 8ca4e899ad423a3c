// Reads what the operator's forms ask for beside the pages' own answers.
import { optionalRow, optionalText, row, text } from './fields.ts';
import { readInvoice } from './read.ts';
import { readTerms } from './read_terms.ts';
import type { CatalogueHead, CatalogueRules, ContractOffer } from './types_desk.ts';

export function readCatalogueHead(value: unknown): CatalogueHead {
  const from = row(value, 'catalogue');
  const titles = Object.entries(optionalRow(from, 'title') ?? {});
  return {
    name: text(from, 'name'),
    title: Object.fromEntries(
      titles.flatMap(([key, title]) => (typeof title === 'string' && title !== '' ? [[key, title]] : [])),
    ),
    effectiveFrom: optionalText(from, 'effective_from') ?? '',
    currency: text(from, 'currency'),
    zone: optionalText(from, 'zone') ?? '',
  };
}

export function readCatalogueRules(value: unknown): CatalogueRules {
  const rules = optionalRow(row(value, 'catalogue'), 'rules');
  return {
    minimumBeforeDiscount: rules !== null && rules.minimum === 'before_discount',
    rounding: (rules === null ? null : optionalText(rules, 'rounding')) ?? 'half_away',
  };
}

export function readContractOffer(value: unknown): ContractOffer {
  const from = row(value, 'contract offer');
  return { terms: readTerms(from), before: readInvoice(from.bill_before), after: readInvoice(from.bill_after) };
}
