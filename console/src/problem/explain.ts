// What an error says to people: keys of texts, figures, and where to go from here. Pure; the words are in i18n.
import { type QuotaInfo, RTMBaseError } from 'postage-rtm';
import { ApiError } from '../api/errors.ts';
import type { Problem, QuotaProblem } from '../api/problem.ts';
import { rowOf } from './rows.ts';

/** A page of the account that helps. */
export type Way = 'plans' | 'limits' | 'payments' | 'home';

export interface Explained {
  /** Keys of "what happened" and "what to do", the first that has a text. */
  what: string[];
  act: string[];
  quota: QuotaProblem | null;
  /** Last name of the pointer, without array positions; null when no field is named. */
  field: string | null;
  pointer: string | null;
  reason: { name: string; figures: Record<string, string> } | null;
  /** The server's own words. */
  said: string | null;
  /** From when it may be tried again, milliseconds. */
  again: number | null;
  requestId: string | null;
  way: Way | null;
  /** Everything that came, when the page has no words of its own for it. */
  whole: string[];
}

const nothing = {
  quota: null,
  field: null,
  pointer: null,
  reason: null,
  said: null,
  again: null,
  requestId: null,
  way: null,
};

/** "/tiers/0/from" -> "from", "?month" -> "month". */
export function fieldOf(pointer: string): string | null {
  if (pointer.startsWith('?')) return pointer.slice(1) || null;
  const parts = pointer.split('/').filter((part) => part !== '' && !/^\d+$/.test(part));
  return parts.at(-1)?.replaceAll('~1', '/').replaceAll('~0', '~') ?? null;
}

function wayOf(row: string | null, problem: Problem): Way | null {
  if (row === null) return null;
  if (row === 'budget' || problem.quota?.cap) return 'limits';
  if (row.startsWith('quota_') || row === 'channel_not_available' || problem.reason === 'feature') return 'plans';
  if (row === 'account_suspended') return 'payments';
  return row === 'not_found' || row === 'no_account' ? 'home' : null;
}

/** An error the page has no sentence for is told with everything it carried. */
function wholeOf(row: string | null, error: ApiError): string[] {
  const { name, code, members } = error.problem;
  if (row !== null || (name === undefined && code === undefined && members === undefined)) return [];
  const head = [`HTTP ${error.status}`, name, code].filter((part) => part !== undefined).join(' ');
  return [head, ...Object.entries(members ?? {}).map(([member, value]) => `${member}: ${value}`)];
}

function explainApi(error: ApiError): Explained {
  const { problem } = error;
  const row = rowOf(problem.name, problem.code);
  const { reason } = problem;
  return {
    what: [...(row === null ? [] : [`problem.${row}.what`]), `error.${error.kind}`],
    act: [...(row === null ? [] : [`problem.${row}.act`]), `errorAct.${error.kind}`],
    quota: problem.quota ?? null,
    field: problem.pointer === undefined ? null : fieldOf(problem.pointer),
    pointer: problem.pointer ?? null,
    reason: reason === undefined ? null : { name: reason, figures: problem.members ?? {} },
    said: problem.detail ?? null,
    again: problem.retryAfter === undefined ? null : error.at + problem.retryAfter * 1000,
    requestId: error.status >= 500 || row === null ? (problem.requestId ?? null) : null,
    way: wayOf(row, problem),
    whole: wholeOf(row, error),
  };
}

function quotaOfLink(quota: QuotaInfo | undefined): QuotaProblem | null {
  const { meter, limit, used, needed = null, resetAt } = quota ?? {};
  if (!meter || !limit || !used) return null;
  return {
    meter,
    limit,
    used,
    needed,
    reset: resetAt === undefined ? null : new Date(resetAt).toISOString(),
    cap: null,
  };
}

/** A refusal of the live connection: the server's own number says more than the one that its SDK knows; a link that ended
 * tells its reason by name alone. */
function explainLink(error: RTMBaseError): Explained {
  const { quota } = error;
  const row = rowOf(quota?.name, error.serverCode) ?? rowOf(error.reason.toLowerCase(), error.errorCode);
  const keys = (part: string) => (row === null ? [] : [`problem.${row}.${part}`]);
  return {
    ...nothing,
    what: [...keys('what'), 'error.unknown'],
    act: [...keys('act'), 'errorAct.unknown'],
    quota: quotaOfLink(quota),
    said: error.reason === '' ? null : error.reason,
    way: wayOf(row, {}),
    whole: row === null ? [`${error.operation} ${error.errorCode}`] : [],
  };
}

export function explain(error: unknown): Explained {
  if (error instanceof ApiError) return explainApi(error);
  if (error instanceof RTMBaseError) return explainLink(error);
  const said = error instanceof Error && error.message !== '' ? error.message : null;
  return { ...nothing, what: ['error.unknown'], act: ['errorAct.unknown'], said, whole: [] };
}
