// What an operator books, agrees and switches. Each change carries the key of the form that sends it, so that it is made
// once.
import { call } from './client.ts';
import { readAccount, readList } from './read.ts';
import { readCatalogueHead, readCatalogueRules, readContractOffer } from './read_desk.ts';
import { readAdjustment, readArrears, readPayment, readPrepaid } from './read_money.ts';
import { readTerms } from './read_terms.ts';
import type { Account } from './types.ts';
import type {
  CatalogueHead,
  CatalogueRules,
  ContractOffer,
  NewAccount,
  NewAdjustment,
  NewCollection,
  NewGrant,
  NewMove,
  NewWriteOff,
} from './types_desk.ts';
import type { Adjustment, Arrears, Payment, Prepaid } from './types_money.ts';
import type { Terms } from './types_terms.ts';

const id = encodeURIComponent;
const of = (account: string) => `/accounts/${id(account)}`;
const nothing = (): void => undefined;

export function addCredit(account: string, body: NewAdjustment, onceKey: string): Promise<Adjustment> {
  return call('POST', `${of(account)}/credits`, readAdjustment, { body, onceKey });
}

export function addRefund(account: string, body: NewAdjustment, onceKey: string): Promise<Adjustment> {
  return call('POST', `${of(account)}/refunds`, readAdjustment, { body, onceKey });
}

export function writeOff(account: string, body: NewWriteOff, onceKey: string): Promise<Adjustment> {
  return call('POST', `${of(account)}/write-offs`, readAdjustment, { body, onceKey });
}

/** `payment` is the server's own number. */
export function reversePayment(account: string, payment: string, reason: string, onceKey: string): Promise<Payment> {
  return call('POST', `${of(account)}/payments/${id(payment)}:reverse`, readPayment, { body: { reason }, onceKey });
}

export function setPrepaid(account: string, prepaid: boolean, reason: string, onceKey: string): Promise<Prepaid> {
  return call('PUT', `${of(account)}/prepaid`, readPrepaid, { body: { prepaid, reason }, onceKey });
}

export function addGrant(account: string, grant: NewGrant, onceKey: string): Promise<Prepaid> {
  const { expiresAt, ...rest } = grant;
  const body = { ...rest, ...(expiresAt === null ? {} : { expires_at: expiresAt }) };
  return call('POST', `${of(account)}/prepaid/grants`, readPrepaid, { body, onceKey });
}

/** Null: the operator's own terms again. */
export function setCollection(
  account: string,
  terms: NewCollection | null,
  reason: string,
  onceKey: string,
): Promise<Arrears> {
  const own =
    terms === null
      ? {}
      : {
          mode: terms.mode,
          deduction_day: terms.deductionDay,
          grace_days: terms.graceDays,
          tolerance: terms.tolerance,
          weekly_grace_hours: terms.weeklyGraceHours,
          expiry_notice_days: terms.expiryNoticeDays,
        };
  return call('PUT', `${of(account)}/collection`, readArrears, { body: { ...own, reason }, onceKey });
}

/** The whole contract; what it does not name is not agreed. */
export function setContract(account: string, contract: object, reason: string, onceKey: string): Promise<Terms> {
  return call('PUT', `${of(account)}/contract`, readTerms, { body: { ...contract, reason }, onceKey });
}

/** Nothing is agreed: only told what would be. */
export function tryContract(account: string, contract: object, signal?: AbortSignal): Promise<ContractOffer> {
  const body = { ...contract, dry_run: true, reason: 'dry run' };
  return call('PUT', `${of(account)}/contract`, readContractOffer, { body, signal });
}

export function endContract(account: string, reason: string, onceKey: string): Promise<Terms> {
  return call('DELETE', `${of(account)}/contract`, readTerms, { body: { reason }, onceKey });
}

export function setTax(
  account: string,
  percent: string,
  inclusive: boolean,
  reason: string,
  onceKey: string,
): Promise<Terms> {
  return call('PUT', `${of(account)}/tax`, readTerms, { body: { rate_percent: percent, inclusive, reason }, onceKey });
}

export function openAccount(body: NewAccount, onceKey: string): Promise<Account> {
  return call('POST', '/accounts', readAccount, { body, onceKey });
}

export function suspendAccount(account: string, suspended: boolean, reason: string, onceKey: string): Promise<Account> {
  const verb = suspended ? 'suspend' : 'restore';
  return call('POST', `${of(account)}:${verb}`, readAccount, { body: { reason }, onceKey });
}

export function moveAccount(account: string, move: NewMove, onceKey: string): Promise<void> {
  return call('PUT', `${of(account)}/catalogue`, nothing, { body: move, onceKey });
}

export function keepAccount(account: string): Promise<void> {
  return call('DELETE', `${of(account)}/catalogue`, nothing);
}

export function listCatalogues(signal?: AbortSignal): Promise<CatalogueHead[]> {
  return call('GET', '/catalogues', (body) => readList(body, readCatalogueHead), { signal });
}

export function getCatalogueRules(catalogue: string, signal?: AbortSignal): Promise<CatalogueRules> {
  return call('GET', `/catalogues/${id(catalogue)}`, readCatalogueRules, { signal });
}
