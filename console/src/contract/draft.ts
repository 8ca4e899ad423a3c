// A contract while it is written: every field is the text that stands in it. What is empty is not agreed.
import { readContract } from '../api/read_terms.ts';
import { type MeterName, meterNames } from '../api/types.ts';
import type { Contract } from '../api/types_terms.ts';
import { compare, isDecimal } from '../exact/decimal.ts';
import { limitRows } from '../projects/limit_rows.ts';
import { instantOf, localText } from '../ui/local_time.ts';

export type Amounts = Record<MeterName, string>;

export interface TierDraft {
  /** Of the row, while the page lives. */
  id: number;
  from: string;
  percent: string;
}

export interface BundleDraft {
  id: number;
  name: string;
  fee: string;
  included: Amounts;
}

export interface ContractDraft {
  /** Times of the catalogue's zone, as a field has them; empty: now, and for good. */
  from: string;
  until: string;
  discountPercent: string;
  minimum: 'plan' | 'none' | 'own';
  minimumSpend: string;
  volume: 'none' | 'graduated' | 'whole';
  /** That the bill falls where a tier of a whole discount begins is meant. */
  acknowledged: boolean;
  tiers: TierDraft[];
  bundles: BundleDraft[];
  /** Only this plan; empty: every plan. */
  plan: string;
  kind: string;
  baseFee: string;
  dailyMessages: string;
  quota: Amounts;
  rates: Amounts;
  /** "yes", "no" or a word of the feature's own; empty: as the plan has it. */
  features: Record<string, string>;
  limits: Record<string, string>;
}

let lastId = 0;
/** Ids tell rows of a list apart; they are never sent. */
export function nextId(): number {
  lastId += 1;
  return lastId;
}

export function amountsOf(from: Partial<Amounts> = {}): Amounts {
  return { pcu: from.pcu ?? '', messages: from.messages ?? '', storage_gb: from.storage_gb ?? '' };
}

const zeroIsEmpty = (text: string) => (isDecimal(text) && compare(text, '0') === 0 ? '' : text);

function minimumOf({ minimumSpend }: Contract): Pick<ContractDraft, 'minimum' | 'minimumSpend'> {
  if (minimumSpend === null) return { minimum: 'plan', minimumSpend: '' };
  return zeroIsEmpty(minimumSpend) === '' ? { minimum: 'none', minimumSpend: '' } : { minimum: 'own', minimumSpend };
}

const featureText = (value: boolean | string) => (typeof value === 'string' ? value : value ? 'yes' : 'no');

/** A new contract that begins with what is in force. It begins now, whenever the one before it began. */
export function draftOf(contract: Contract, zone: string): ContractDraft {
  const { volume, bundles, overrides } = contract;
  return {
    from: '',
    until: contract.until === null ? '' : localText(contract.until, zone),
    discountPercent: zeroIsEmpty(contract.discountPercent),
    ...minimumOf(contract),
    volume: volume === null ? 'none' : volume.whole ? 'whole' : 'graduated',
    acknowledged: volume?.whole === true,
    tiers: (volume?.tiers ?? []).map((tier) => ({ id: nextId(), ...tier })),
    bundles: bundles.map(({ name, fee, included }) => {
      const amounts = amountsOf(included);
      for (const meter of meterNames) amounts[meter] = zeroIsEmpty(amounts[meter]);
      return { id: nextId(), name, fee, included: amounts };
    }),
    plan: overrides?.plan ?? '',
    kind: overrides?.kind ?? '',
    baseFee: overrides?.baseFee ?? '',
    dailyMessages: overrides?.dailyMessages ?? '',
    quota: amountsOf(overrides?.quota),
    rates: amountsOf(overrides?.rates),
    features: Object.fromEntries((overrides?.features ?? []).map(({ name, value }) => [name, featureText(value)])),
    limits: Object.fromEntries((overrides?.limits ?? []).map(({ name, value }) => [name, value])),
  };
}

/** The members that are not empty; undefined when all are. */
function filled<Value>(members: Record<string, Value | '' | undefined>): Record<string, Value> | undefined {
  const kept = Object.entries(members).filter(([, value]) => value !== '' && value !== undefined);
  return kept.length === 0 ? undefined : (Object.fromEntries(kept) as Record<string, Value>);
}

/** Names of rates as a catalogue has them. */
export const rateName = (meter: MeterName) => (meter === 'messages' ? 'messages_per_million' : meter);

function ratesBody(rates: Amounts) {
  return filled(Object.fromEntries(meterNames.map((meter) => [rateName(meter), rates[meter]])));
}

function featuresBody(features: Record<string, string>) {
  const meant = (text: string): boolean | string => (text === 'yes' ? true : text === 'no' ? false : text);
  return filled<boolean | string>(
    Object.fromEntries(Object.entries(features).map(([name, text]) => [name, text === '' ? '' : meant(text)])),
  );
}

/** Limits are whole numbers of the request, by their rows; all bounds are far below what a number holds exactly. */
function limitsBody(limits: Record<string, string>) {
  return filled<number>(
    Object.fromEntries(Object.entries(limits).map(([name, text]) => [name, text === '' ? '' : Number(text)])),
  );
}

function overridesBody(draft: ContractDraft) {
  return filled<unknown>({
    plan: draft.plan,
    kind: draft.kind,
    base_fee: draft.baseFee,
    quota: filled({ ...draft.quota }),
    daily_messages: draft.dailyMessages,
    rates: ratesBody(draft.rates),
    features: featuresBody(draft.features),
    limits: limitsBody(draft.limits),
  });
}

function volumeBody({ volume, tiers, acknowledged }: ContractDraft) {
  if (volume === 'none') return undefined;
  return {
    applies: volume,
    ...(volume === 'whole' && acknowledged ? { acknowledge_falling_bill: true } : {}),
    tiers: tiers.map(({ from, percent }) => ({ from, percent })),
  };
}

/** The request: only what is agreed; amounts and percents as they stand in the fields. */
export function bodyOf(draft: ContractDraft, zone: string): Record<string, unknown> {
  const minimum = { plan: undefined, none: '0', own: draft.minimumSpend }[draft.minimum];
  const bundles = draft.bundles.map(({ name, fee, included }) => ({
    name: name.trim(),
    fee,
    ...filled({ ...included }),
  }));
  return (
    filled<unknown>({
      discount_percent: draft.discountPercent,
      minimum_spend: minimum,
      from: instantOf(draft.from, zone) ?? undefined,
      until: instantOf(draft.until, zone) ?? undefined,
      volume_discount: volumeBody(draft),
      bundles: bundles.length === 0 ? undefined : bundles,
      overrides: overridesBody(draft),
    }) ?? {}
  );
}

/** The draft as a contract, for its sentences. Its fields must be right. */
export function contractOf(draft: ContractDraft, zone: string): Contract {
  return readContract(bodyOf(draft, zone));
}

/** Whether a whole discount makes the bill fall where one of its tiers begins. */
export function billFalls({ volume, tiers }: ContractDraft): boolean {
  if (volume !== 'whole') return false;
  const steps = [{ from: '0', percent: '0' }, ...tiers].filter(({ percent }) => isDecimal(percent));
  return steps.some(
    (tier, place) =>
      place > 0 && compare(tier.percent, steps[place - 1]?.percent ?? '0') > 0 && zeroIsEmpty(tier.from) !== '',
  );
}

/** Limits that have a field: the known rows, and others that the contract in force has. */
export function limitNames({ limits }: ContractDraft): string[] {
  const known = limitRows.map(({ name }) => name);
  return [...known, ...Object.keys(limits).filter((name) => !known.includes(name))];
}
