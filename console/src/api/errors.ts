// What can go wrong with a call, as one error class that pages can show in both languages.

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

/** Members of problem+json that the console uses. */
export interface Problem {
  code?: number;
  name?: string;
  detail?: string;
  /** JSON pointer of the member that was wrong, "/name". */
  pointer?: string;
}

export class ApiError extends Error {
  readonly kind: ApiErrorKind;
  readonly status: number;
  readonly problem: Problem;

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

/** The problem in an error answer's body, whatever that body is. */
export function readProblem(body: unknown): Problem {
  if (typeof body !== 'object' || body === null) return {};
  const { code, name, detail, title, pointer } = body as Record<string, unknown>;
  const text = typeof detail === 'string' ? detail : typeof title === 'string' ? title : undefined;
  return {
    ...(typeof code === 'number' ? { code } : {}),
    ...(typeof name === 'string' ? { name } : {}),
    ...(text ? { detail: text.slice(0, 500) } : {}),
    ...(typeof pointer === 'string' ? { pointer: pointer.slice(0, 200) } : {}),
  };
}
