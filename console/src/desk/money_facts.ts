// What the money forms of an account are made with.
import { useStatement } from '../api/queries_account.ts';
import { formatMoney } from '../exact/decimal.ts';
import { placesIn } from '../form/checks.ts';
import type { Done } from '../form/done_notice.tsx';

export interface MoneyFormProps {
  account: string;
  currency: string;
  zone: string;
  /** The server's time, milliseconds. */
  now: number;
  onClose(): void;
  onDone(done: Done): void;
}

/** Of the account's money: digits after the point, what can be paid back, and amounts as people read them. */
export function useMoneyFacts(account: string, currency: string) {
  const { data } = useStatement(account, null, null);
  return {
    places: data ? placesIn(data.balance) : 2,
    refundable: data ? (data.refundable ?? data.credit ?? '0') : null,
    money: (amount: string) => formatMoney(amount, currency),
  };
}
