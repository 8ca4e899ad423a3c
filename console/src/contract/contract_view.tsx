// A contract as people read it: its sentences, when it is in force.
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Contract, Terms } from '../api/types_terms.ts';
import { useNames } from '../ui/names.ts';
import { type ContractLine, contractLines } from './contract_lines.ts';
import { useFeatureText } from './feature_text.ts';

export function useContractLines(contract: Contract, currency: string): ContractLine[] {
  const { t } = useTranslation();
  const names = useNames();
  const { sentence } = useFeatureText();
  return contractLines(contract, { t, currency, plan: names.plan, meter: names.meter, feature: sentence });
}

export function ContractSentences({ contract, currency }: { contract: Contract; currency: string }) {
  const lines = useContractLines(contract, currency);
  if (lines.length === 0) return null;
  return (
    <ul className="contract-lines">
      {lines.map(({ text, parts }) => (
        <li key={text}>
          {text}
          {parts.length === 0 ? null : (
            <ul>
              {parts.map((part) => (
                <li key={part}>{part}</li>
              ))}
            </ul>
          )}
        </li>
      ))}
    </ul>
  );
}

export function validity({ from, until }: Contract, t: TFunction, at: (instant: string) => string): string {
  if (from !== null && until !== null) return t('contract.fromUntil', { from: at(from), until: at(until) });
  if (until !== null) return t('contract.until', { until: at(until) });
  return from === null ? t('contract.open') : t('contract.from', { from: at(from) });
}

/** The contract in force among all that were agreed, with its times; the plain terms have none. */
export function inForce(terms: Terms, now: number): Contract {
  const holds = ({ from, until }: Contract) =>
    (from === null || Date.parse(from) <= now) && (until === null || now < Date.parse(until));
  const found = terms.contracts.findLast(holds);
  return { ...terms.contract, from: found?.from ?? null, until: found?.until ?? null };
}

export type ContractState = 'now' | 'later' | 'ended';

export function stateAt({ from, until }: Contract, now: number): ContractState {
  if (from !== null && now < Date.parse(from)) return 'later';
  return until !== null && Date.parse(until) <= now ? 'ended' : 'now';
}
