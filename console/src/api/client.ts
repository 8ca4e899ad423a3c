// The one place that calls fetch. Every call has a deadline, ends in a typed value or an ApiError, and a 401 ends the
// session for the whole page.
import { expireSession, sessionToken } from '../session/store.ts';
import { ApiError, kindOfStatus } from './errors.ts';
import { readProblem } from './problem.ts';

const deadlineMs = 15_000;
/** For answers that the server first has to make: files, and a month recomputed from its records. */
export const longDeadlineMs = 120_000;

export interface CallOptions {
  body?: unknown;
  signal?: AbortSignal;
  /** False for the log-in itself: its 401 means a wrong password, not an ended session. */
  session?: boolean;
  /** Of a POST that must be done once: sent again with the same key, it is answered again and not done again. */
  onceKey?: string;
  /** Milliseconds until the call is given up; default 15 seconds. */
  deadlineMs?: number;
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

interface Sent<T> {
  response: Response;
  body: T;
}

/** Sends and reads the whole answer with `take`; a refusal is an ApiError. */
async function send<T>(
  method: string,
  path: string,
  accept: string,
  take: (response: Response) => Promise<T>,
  options: CallOptions,
): Promise<Sent<T>> {
  const token = options.session === false ? null : sessionToken();
  const deadline = AbortSignal.timeout(options.deadlineMs ?? deadlineMs);
  let response: Response;
  let problem: unknown;
  try {
    response = await fetch(`/v1${path}`, {
      method,
      cache: 'no-store',
      credentials: 'omit',
      headers: {
        Accept: accept,
        ...(options.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
        ...(options.onceKey === undefined ? {} : { 'Idempotency-Key': options.onceKey }),
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      signal: options.signal ? AbortSignal.any([options.signal, deadline]) : deadline,
    });
    if (response.ok) return { response, body: await take(response) };
    problem = await readBody(response);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw connectionError(error);
  }
  if (response.status === 401 && token !== null) expireSession(token);
  throw new ApiError(kindOfStatus(response.status), response.status, readProblem(problem, response.headers));
}

/** Calls `/v1` + `path`; `read` turns the answer into what the page needs. Throws ApiError, or AbortError when aborted. */
export async function call<T>(
  method: string,
  path: string,
  read: (body: unknown) => T,
  options: CallOptions = {},
): Promise<T> {
  const { body } = await send(method, path, 'application/json', readBody, options);
  return read(body);
}

export interface NamedFile {
  name: string;
  content: Blob;
}

/** The file name that the server gives, without anything that is no plain name; else `otherwise`. */
function nameOf(response: Response, otherwise: string): string {
  const found = /filename="([\w.-]+)"/.exec(response.headers.get('Content-Disposition') ?? '');
  return found?.[1] ?? otherwise;
}

/** Reads `/v1` + `path` as a file. Throws as `call` does. */
export async function fetchFile(path: string, otherwise: string): Promise<NamedFile> {
  const { response, body } = await send('GET', path, '*/*', (answer) => answer.blob(), { deadlineMs: longDeadlineMs });
  return { name: nameOf(response, otherwise), content: body };
}
