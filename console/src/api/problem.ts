// problem+json (RFC 9457) as the server sends it, read with care: every member may be missing, longer than expected or of
// another kind. What has no place of its own is kept as text, so that nothing the server said is lost.

/** Which limit refused, in the meter's own unit (storage: bytes); decimal text. */
export interface QuotaProblem {
  meter: string;
  limit: string;
  used: string;
  needed: string | null;
  /** When the counter starts afresh; ISO 8601. */
  reset: string | null;
  cap: { scope: string; of: string; amount: string } | null;
}

export interface Problem {
  code?: number;
  /** Name of a row of errors.def. */
  name?: string;
  /** In the server's words, English; missing when it says no more than the row. */
  detail?: string;
  /** JSON pointer of the wrong member, or "?name" of a query parameter. */
  pointer?: string;
  /** Name of a row of reasons.def; its figures are among the members. */
  reason?: string;
  quota?: QuotaProblem;
  /** Seconds, from Retry-After. */
  retryAfter?: number;
  requestId?: string;
  /** Every other member, as text. */
  members?: Record<string, string>;
}

const textMost = 500;
const membersMost = 20;
const secondsMost = 7 * 86_400;
const known = new Set([
  ...['type', 'title', 'status', 'detail', 'code', 'name', 'retry', 'pointer', 'reason', 'request_id'],
  ...['meter', 'limit', 'used', 'needed', 'reset', 'cap'],
]);

type Bag = Record<string, unknown>;
const isBag = (value: unknown): value is Bag => typeof value === 'object' && value !== null && !Array.isArray(value);

function textOf(bag: Bag, name: string): string | undefined {
  const value = bag[name];
  return typeof value === 'string' && value !== '' ? value.slice(0, textMost) : undefined;
}

function readCap(value: unknown): QuotaProblem['cap'] {
  if (!isBag(value)) return null;
  const scope = textOf(value, 'scope');
  if (!scope) return null;
  return {
    scope,
    of: textOf(value, 'project') ?? textOf(value, 'prefix') ?? '',
    amount: textOf(value, 'amount') ?? '',
  };
}

/** The numbers of a refusing limit; null unless they are all there. */
export function readQuota(bag: Bag): QuotaProblem | null {
  const [meter, limit, used] = ['meter', 'limit', 'used'].map((name) => textOf(bag, name));
  if (!meter || !limit || !used) return null;
  const reset = textOf(bag, 'reset') ?? null;
  return { meter, limit, used, needed: textOf(bag, 'needed') ?? null, reset, cap: readCap(bag.cap) };
}

function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) return value.join(', ');
  return JSON.stringify(value) ?? '';
}

/** Members without a place of their own. Numbers of a quota are among them when they do not make a whole quota. */
function readMembers(bag: Bag, withQuota: boolean): Record<string, string> {
  const all = Object.entries(bag).filter(([name]) => !known.has(name) || (!withQuota && quotaNames.has(name)));
  return Object.fromEntries(all.slice(0, membersMost).map(([name, value]) => [name, plain(value).slice(0, textMost)]));
}
const quotaNames = new Set(['limit', 'used', 'needed', 'reset', 'meter', 'cap']);

/** Whole seconds of a Retry-After header; a date is understood too. */
export function readRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : Math.ceil((Date.parse(header) - now) / 1000);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), secondsMost) : undefined;
}

function withoutUndefined<T extends object>(all: T): T {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as T;
}

/** The problem in an error answer, whatever its body is. */
export function readProblem(body: unknown, headers: Headers = new Headers(), now = Date.now()): Problem {
  const bag = isBag(body) ? body : {};
  const title = textOf(bag, 'title');
  const said = textOf(bag, 'detail');
  const name = textOf(bag, 'name');
  const quota = readQuota(bag);
  const members = readMembers(bag, quota !== null);
  return withoutUndefined<{ [member in keyof Problem]: Problem[member] | undefined }>({
    code: typeof bag.code === 'number' ? bag.code : undefined,
    name,
    // With a name the title is the row's own sentence, which the page says in its own language.
    detail: name === undefined ? (said ?? title) : said === title ? undefined : said,
    pointer: textOf(bag, 'pointer'),
    reason: textOf(bag, 'reason'),
    quota: quota ?? undefined,
    retryAfter: readRetryAfter(headers.get('Retry-After'), now),
    requestId: textOf(bag, 'request_id') ?? headers.get('X-Request-Id') ?? undefined,
    members: Object.keys(members).length > 0 ? members : undefined,
  }) as Problem;
}
