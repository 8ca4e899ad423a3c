// What is wrong with a draft before it is sent, by the JSON pointer of the member, as the server names it.
import { meterNames } from '../api/types.ts';
import { compare, isDecimal } from '../exact/decimal.ts';
import {
  type Check,
  checkAmount,
  checkDecimal,
  checkPercent,
  checkText,
  checkWhole,
  type Mistake,
  onlyMistakes,
  unlessEmpty,
} from '../form/checks.ts';
import { limitRows } from '../projects/limit_rows.ts';
import { checkMoment, instantOf } from '../ui/local_time.ts';
import { type Amounts, billFalls, type ContractDraft, limitNames, rateName } from './draft.ts';

export interface DraftFacts {
  /** Digits after the point of the currency. */
  places: number;
  zone: string;
  /** The server's time, milliseconds. */
  now: number;
}

const wholeMost = '9223372036854775807';
const rateDecimals = 20;
const gigabyteDecimals = 9;

function quantity(meter: string, text: string): Check {
  return meter === 'storage_gb' ? checkDecimal(text, gigabyteDecimals) : checkWhole(text, '0', wholeMost);
}

function amounts(pointer: string, from: Amounts): Record<string, Check> {
  return Object.fromEntries(
    meterNames.map((meter) => [`${pointer}/${meter}`, unlessEmpty(from[meter], (text) => quantity(meter, text))]),
  );
}

function validity({ from, until }: ContractDraft, { zone, now }: DraftFacts): Record<string, Check> {
  const begins = instantOf(from, zone);
  const ends = instantOf(until, zone);
  const order: Check = begins !== null && ends !== null && ends <= begins ? { key: 'order' } : null;
  return {
    '/from': unlessEmpty(from, () => (begins === null ? { key: 'moment' } : null)),
    '/until': unlessEmpty(until, (text) => checkMoment(text, zone, now)) ?? order,
  };
}

function tiers(draft: ContractDraft, places: number): Record<string, Check> {
  if (draft.volume === 'none') return {};
  const found: Record<string, Check> = {
    '/volume_discount/applies': billFalls(draft) && !draft.acknowledged ? { key: 'falls' } : null,
    '/volume_discount/tiers': draft.tiers.length === 0 ? { key: 'missing' } : null,
  };
  for (const [place, tier] of draft.tiers.entries()) {
    const before = draft.tiers[place - 1]?.from ?? '';
    const rises = !isDecimal(tier.from) || !isDecimal(before) || compare(tier.from, before) > 0;
    found[`/volume_discount/tiers/${place}/from`] =
      checkDecimal(tier.from, places) ?? (rises ? null : { key: 'tierOrder' });
    found[`/volume_discount/tiers/${place}/percent`] = checkPercent(tier.percent);
  }
  return found;
}

function bundles(draft: ContractDraft, places: number): Record<string, Check> {
  const found: Record<string, Check> = {};
  for (const [place, bundle] of draft.bundles.entries()) {
    const name = bundle.name.trim();
    const double = draft.bundles.slice(0, place).some((other) => other.name.trim() === name);
    found[`/bundles/${place}/name`] = checkText(name, 200) ?? (double ? { key: 'double' } : null);
    found[`/bundles/${place}/fee`] = checkDecimal(bundle.fee, places);
    Object.assign(found, amounts(`/bundles/${place}`, bundle.included));
  }
  return found;
}

function limits(draft: ContractDraft): Record<string, Check> {
  return Object.fromEntries(
    limitNames(draft).map((name) => {
      const { least = '0', most = wholeMost } = limitRows.find((row) => row.name === name) ?? {};
      return [
        `/overrides/limits/${name}`,
        unlessEmpty(draft.limits[name] ?? '', (text) => checkWhole(text, least, most)),
      ];
    }),
  );
}

export function checkDraft(draft: ContractDraft, facts: DraftFacts): Partial<Record<string, Mistake>> {
  const { places } = facts;
  return onlyMistakes({
    ...validity(draft, facts),
    '/discount_percent': unlessEmpty(draft.discountPercent, checkPercent),
    '/minimum_spend': draft.minimum === 'own' ? checkAmount(draft.minimumSpend, places) : null,
    ...tiers(draft, places),
    ...bundles(draft, places),
    '/overrides/base_fee': unlessEmpty(draft.baseFee, (text) => checkDecimal(text, places)),
    '/overrides/daily_messages': unlessEmpty(draft.dailyMessages, (text) => checkWhole(text, '1', wholeMost)),
    ...amounts('/overrides/quota', draft.quota),
    ...Object.fromEntries(
      meterNames.map((meter) => [
        `/overrides/rates/${rateName(meter)}`,
        unlessEmpty(draft.rates[meter], (text) => checkDecimal(text, rateDecimals)),
      ]),
    ),
    ...limits(draft),
  });
}
