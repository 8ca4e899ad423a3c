// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeSession, openSession, sessionToken } from '../session/store.ts';
import { getUsage, listAccounts, logIn, logOut } from './calls.ts';
import { call } from './client.ts';
import { ApiError } from './errors.ts';

const person = { id: 'p1', email: 'a@example.com', name: 'Ann', realm: 'customer' as const, role: null };

function answer(status: number, body: unknown, type = 'application/json'): Response {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new Response(status === 204 ? null : text, { status, headers: { 'Content-Type': type } });
}

function serve(make: (url: string, init: RequestInit) => Response | Promise<Response>) {
  const spy = vi.fn((url: string, init: RequestInit) => Promise.resolve(make(url, init)));
  vi.stubGlobal('fetch', spy);
  return spy;
}

async function failure(work: Promise<unknown>): Promise<ApiError> {
  const error = await work.then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}

beforeEach(() => openSession({ token: 'secret', expiresAt: '2026-11-23T20:00:00Z', person, accounts: [] }));
afterEach(() => {
  closeSession();
  vi.unstubAllGlobals();
});

describe('calls', () => {
  it('carry the session and escape what goes into the path', async () => {
    const spy = serve(() => answer(500, {}));
    await failure(getUsage('a/../b'));
    expect(spy.mock.calls[0]?.[0]).toBe('/v1/accounts/a%2F..%2Fb/usage/current');
    expect(spy.mock.calls[0]?.[1].headers).toMatchObject({ Authorization: 'Bearer secret' });
  });

  it('accept an answer without a body', async () => {
    serve(() => answer(204, ''));
    await expect(logOut()).resolves.toBeUndefined();
  });
});

describe('a session', () => {
  it('knows an operator by the realm that the server names', async () => {
    const olga = { id: '1', email: 'o@example.com', name: 'Olga', realm: 'operators', role: 'finance' };
    serve(() => answer(200, { token: 't', expires_at: '2026-11-23T20:00:00Z', person: olga, accounts: [] }));
    expect((await logIn('o@example.com', 'right')).person).toEqual(olga);
    serve(() => answer(200, { token: 't', expires_at: '2026-11-23T20:00:00Z', person: { ...olga, realm: 'other' } }));
    expect((await logIn('o@example.com', 'right')).person.realm).toBe('customer');
  });
});

describe('lists', () => {
  it('are read page by page until the last', async () => {
    const spy = serve((url) =>
      url.includes('cursor=7')
        ? answer(200, { items: [{ id: '8', name: 'b', plan: 'free' }] })
        : answer(200, { items: [{ id: '7', name: 'a', plan: 'basic' }], next: '7' }),
    );
    const all = await listAccounts();
    expect(all.map(({ id, hard }) => [id, hard])).toEqual([
      ['7', false],
      ['8', true],
    ]);
    expect(spy.mock.calls.map(([url]) => url)).toEqual([
      '/v1/accounts?usage=1&limit=200',
      '/v1/accounts?usage=1&limit=200&cursor=7',
    ]);
  });

  it('end also when the server never ends them', async () => {
    const spy = serve(() => answer(200, { items: [], next: '1' }));
    await listAccounts();
    expect(spy).toHaveBeenCalledTimes(100);
  });
});

describe('errors', () => {
  it.each([
    [400, 'invalid'],
    [402, 'quota'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [409, 'conflict'],
    [429, 'rate'],
    [503, 'server'],
  ] as const)('status %i is %s and keeps the problem', async (status, kind) => {
    serve(() =>
      answer(status, { code: -17002, name: 'quota_messages', detail: 'used up' }, 'application/problem+json'),
    );
    const error = await failure(listAccounts());
    expect([error.kind, error.status, error.problem]).toEqual([
      kind,
      status,
      { code: -17002, name: 'quota_messages', detail: 'used up' },
    ]);
    expect(sessionToken()).toBe('secret');
  });

  it('a 401 ends the session, but a wrong password does not', async () => {
    serve(() => answer(401, { detail: 'no' }));
    expect((await failure(logIn('a@example.com', 'wrong'))).kind).toBe('unauthorized');
    expect(sessionToken()).toBe('secret');
    expect((await failure(listAccounts())).kind).toBe('unauthorized');
    expect(sessionToken()).toBeNull();
  });

  it('a late 401 of an older session does not end the newer one', async () => {
    serve(() => {
      openSession({ token: 'newer', expiresAt: '2026-11-23T20:00:00Z', person, accounts: [] });
      return answer(401, {});
    });
    await failure(listAccounts());
    expect(sessionToken()).toBe('newer');
  });

  it('no answer, no JSON and an incomplete answer are told apart', async () => {
    serve(() => Promise.reject(new TypeError('fetch failed')));
    expect((await failure(listAccounts())).kind).toBe('network');
    serve(() => Promise.reject(new DOMException('late', 'TimeoutError')));
    expect((await failure(listAccounts())).kind).toBe('timeout');
    serve(() => answer(200, '<html>', 'text/html'));
    expect((await failure(listAccounts())).kind).toBe('malformed');
    serve(() => answer(502, '<html>', 'text/html'));
    expect((await failure(listAccounts())).kind).toBe('server');
    serve(() => answer(200, { month: '2026-11' }));
    expect((await failure(getUsage('a'))).kind).toBe('malformed');
  });

  it('an aborted call is no failure of the API', async () => {
    const stop = new AbortController();
    serve(() => {
      stop.abort();
      throw new DOMException('stopped', 'AbortError');
    });
    await expect(call('GET', '/me', (b) => b, { signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});
