// The one place that calls fetch. Every call has a deadline, ends in a typed value or an ApiError, and a 401 ends the
// session for the whole page.
import { expireSession, sessionToken } from '../session/store.ts';
import { ApiError, kindOfStatus, readProblem } from './errors.ts';

const deadlineMs = 15_000;

export interface CallOptions {
  body?: unknown;
  signal?: AbortSignal;
  /** False for the log-in itself: its 401 means a wrong password, not an ended session. */
  session?: boolean;
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    if (response.ok) throw new ApiError('malformed', response.status);
    return null;
  }
}

function connectionError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const name = (error as { name?: unknown } | null)?.name;
  return new ApiError(name === 'TimeoutError' ? 'timeout' : 'network', 0);
}

/** Calls `/v1` + `path`; `read` turns the answer into what the page needs. Throws ApiError, or AbortError when aborted. */
export async function call<T>(
  method: string,
  path: string,
  read: (body: unknown) => T,
  options: CallOptions = {},
): Promise<T> {
  const token = options.session === false ? null : sessionToken();
  const deadline = AbortSignal.timeout(deadlineMs);
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(`/v1${path}`, {
      method,
      cache: 'no-store',
      credentials: 'omit',
      headers: {
        Accept: 'application/json',
        ...(options.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      signal: options.signal ? AbortSignal.any([options.signal, deadline]) : deadline,
    });
    body = await readBody(response);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw connectionError(error);
  }
  if (response.ok) return read(body);
  if (response.status === 401 && token !== null) expireSession(token);
  throw new ApiError(kindOfStatus(response.status), response.status, readProblem(body));
}
