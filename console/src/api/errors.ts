// What can go wrong with a call, as one error class that pages can show in both languages.
import type { Problem } from './problem.ts';

export type { Problem } from './problem.ts';

export type ApiErrorKind =
  | 'network' // no answer at all
  | 'timeout'
  | 'malformed' // an answer this page does not understand
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'quota' // 402: plan quota or budget
  | 'rate' // 429
  | 'invalid' // other 4xx
  | 'server'; // 5xx

export class ApiError extends Error {
  readonly kind: ApiErrorKind;
  readonly status: number;
  readonly problem: Problem;
  /** When it was seen, milliseconds; a Retry-After counts from here. */
  readonly at: number = Date.now();

  constructor(kind: ApiErrorKind, status: number, problem: Problem = {}) {
    super(problem.detail ?? problem.name ?? kind);
    this.name = 'ApiError';
    this.kind = kind;
    this.status = status;
    this.problem = problem;
  }
}

export function kindOfStatus(status: number): ApiErrorKind {
  if (status === 401) return 'unauthorized';
  if (status === 402) return 'quota';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not_found';
  if (status === 409) return 'conflict';
  if (status === 429) return 'rate';
  return status >= 500 ? 'server' : 'invalid';
}

/** Asking the same again would get the same answer. */
export function isSettled(error: unknown): boolean {
  return error instanceof ApiError && (error.kind === 'forbidden' || error.kind === 'not_found');
}

/** No answer came, so the same question may be asked again by itself. */
export function isAway(error: unknown): boolean {
  return error instanceof ApiError && (error.kind === 'network' || error.kind === 'timeout');
}
