// A contract as sentences. What is not agreed is not said; amounts and percentages stay the server's own texts.
import type { TFunction } from 'i18next';
import type { MeterName } from '../api/types.ts';
import { meterNames } from '../api/types.ts';
import type { Bundle, Contract, PlanOverrides } from '../api/types_terms.ts';
import { compare, formatMoney, formatQuantity } from '../exact/decimal.ts';

export interface ContractLine {
  text: string;
  /** What belongs below the sentence: tiers, overrides. */
  parts: string[];
}

interface Words {
  t: TFunction;
  currency: string;
  plan(name: string): string;
  meter(name: MeterName): string;
  feature(name: string, value: boolean | string): string;
}

function included(bundle: Bundle, { t }: Words): string[] {
  return meterNames.flatMap((meter) => {
    const amount = bundle.included[meter];
    // A bundle without a meter includes none of it.
    if (amount === undefined || compare(amount, '0') === 0) return [];
    return [t(`meter.${meter}.amount`, { amount: formatQuantity(amount) })];
  });
}

function bundleLine(bundle: Bundle, words: Words): ContractLine {
  const parts = included(bundle, words);
  const facts = { name: bundle.name, fee: formatMoney(bundle.fee, words.currency), included: parts.join(' · ') };
  return { text: words.t(parts.length === 0 ? 'contract.line.bundleOnly' : 'contract.line.bundle', facts), parts: [] };
}

/** The kind of line whose text says a meter's price; prices of messages are per million already. */
function rateText(meter: MeterName, price: string, { t, currency }: Words): string {
  const kind = meter === 'storage_gb' ? 'storage' : meter;
  return t(`line.${kind}.rate`, { price: formatMoney(price, currency) });
}

function overrideTexts(overrides: PlanOverrides, words: Words): string[] {
  const { t, currency } = words;
  const texts: string[] = [];
  if (overrides.kind !== null) {
    const kind = t(`contract.kind.${overrides.kind}`, { defaultValue: overrides.kind });
    texts.push(t('contract.line.kind', { kind }));
  }
  if (overrides.baseFee !== null) {
    texts.push(t('contract.line.baseFee', { amount: formatMoney(overrides.baseFee, currency) }));
  }
  for (const meter of meterNames) {
    const quota = overrides.quota[meter];
    if (quota !== undefined) {
      const amount = t(`meter.${meter}.amount`, { amount: formatQuantity(quota) });
      texts.push(t('contract.line.quota', { meter: words.meter(meter), amount }));
    }
    const price = overrides.rates[meter];
    if (price !== undefined) {
      texts.push(t('contract.line.rate', { meter: words.meter(meter), rate: rateText(meter, price, words) }));
    }
  }
  if (overrides.dailyMessages !== null) {
    texts.push(t('contract.line.daily', { amount: formatQuantity(overrides.dailyMessages) }));
  }
  const features = overrides.features.map(({ name, value }) => words.feature(name, value));
  const limits = overrides.limits.map(({ name, value }) =>
    t('contract.line.limit', {
      name: t(`contract.limit.${name}`, { defaultValue: name }),
      value: formatQuantity(value),
    }),
  );
  return texts.concat(features, limits);
}

export function contractLines(contract: Contract, words: Words): ContractLine[] {
  const { t, currency } = words;
  const lines: ContractLine[] = [];
  const { volume, overrides, minimumSpend } = contract;
  if (volume !== null) {
    lines.push({
      text: t(volume.whole ? 'contract.line.volumeWhole' : 'contract.line.volumeGraduated'),
      parts: volume.tiers.map(({ from, percent }) =>
        t('contract.line.tier', { from: formatMoney(from, currency), percent }),
      ),
    });
  }
  if (compare(contract.discountPercent, '0') !== 0) {
    lines.push({ text: t('contract.line.discount', { percent: contract.discountPercent }), parts: [] });
  }
  if (minimumSpend !== null) {
    const none = compare(minimumSpend, '0') === 0;
    const text = t(none ? 'contract.line.noMinimum' : 'contract.line.minimum', {
      amount: formatMoney(minimumSpend, currency),
    });
    lines.push({ text, parts: [] });
  }
  lines.push(...contract.bundles.map((bundle) => bundleLine(bundle, words)));
  if (overrides === null) return lines;
  const texts = overrideTexts(overrides, words);
  if (overrides.plan === null) return lines.concat(texts.map((text) => ({ text, parts: [] })));
  return lines.concat({ text: t('contract.line.onPlan', { plan: words.plan(overrides.plan) }), parts: texts });
}
