// @vitest-environment jsdom
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, render, screen } from '@testing-library/react';
import i18next from 'i18next';
import { MemoryRouter } from 'react-router';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../api/errors.ts';
import '../i18n/index.ts';
import { awayMs, Failed } from './failed.tsx';
import type { Labels } from './use_words.ts';

function page(error: unknown, { retry, labels }: { retry?: () => void; labels?: Labels } = {}) {
  const client = new QueryClient();
  client.setQueryData(['account', '7', 'usage'], { zone: 'Asia/Shanghai' });
  return (
    <MantineProvider>
      <QueryClientProvider client={client}>
        <MemoryRouter>
          <Failed error={error} {...(retry ? { retry } : {})} {...(labels ? { labels } : {})} />
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>
  );
}
const text = (id: string) => screen.getByTestId(id).textContent;

beforeEach(() => history.replaceState(null, '', '/accounts/7'));
afterEach(async () => {
  vi.useRealTimers();
  await i18next.changeLanguage('en');
});

const full = new ApiError('quota', 402, {
  name: 'budget',
  detail: 'meter=storage limit=3000',
  quota: {
    meter: 'storage',
    limit: '3000',
    used: '2999',
    needed: '11',
    reset: '2026-11-30T16:00:00.000Z',
    cap: { scope: 'channels', of: 'lob', amount: '' },
  },
});

describe('a failed call', () => {
  it('has its figures and its way in English, and not twice', () => {
    render(page(full));
    expect(screen.getByRole('alert').textContent).toContain('A limit that you set yourselves is reached');
    expect([text('problem-used'), text('problem-limit')]).toEqual(['2,999 bytes', '3,000 bytes']);
    expect(text('problem-cap')).toBe('Channels “lob…”');
    expect(text('problem-until')).toBe('1 Dec 2026, 00:00:00 (Asia/Shanghai)');
    expect(screen.getByRole('link').getAttribute('href')).toBe('/accounts/7/limits');
    expect(screen.queryByText(/limit=3000/)).toBeNull();
  });

  it('has them in Chinese', async () => {
    await i18next.changeLanguage('zh');
    render(page(full));
    expect(screen.getByRole('alert').textContent).toContain('已达到账户自设的上限');
    expect([text('problem-meter'), text('problem-used')]).toEqual(['存储容量', '2,999 字节']);
    expect(text('problem-until')).toBe('2026年12月1日 00:00:00 (Asia/Shanghai)');
  });

  it('names the field as the form does, and repeats the server’s words as English ones', async () => {
    await i18next.changeLanguage('zh');
    const error = new ApiError('invalid', 400, {
      name: 'bad_request',
      pointer: '/tiers/0/from',
      detail: 'must ascend',
    });
    const { unmount } = render(page(error));
    expect(text('problem-place')).toBe('相关字段：起始');
    expect(screen.getByText('must ascend').getAttribute('lang')).toBe('en');
    unmount();
    render(page(error, { labels: { from: '起点金额' } }));
    expect(text('problem-place')).toBe('相关字段：起点金额');
  });

  it('may be tried again only when its time has come', async () => {
    vi.useFakeTimers({ now: Date.parse('2026-11-26T02:00:00Z') });
    render(page(new ApiError('rate', 429, { name: 'rate_limited', retryAfter: 42 }), { retry: () => undefined }));
    expect(text('problem-again')).toBe('Possible again from 26 Nov 2026, 10:00:42 (Asia/Shanghai).');
    const button = () => screen.getByRole<HTMLButtonElement>('button').disabled;
    expect(button()).toBe(true);
    await act(() => vi.advanceTimersByTimeAsync(41_999));
    expect(button()).toBe(true);
    await act(() => vi.advanceTimersByTimeAsync(1));
    expect(button()).toBe(false);
  });

  it('because the server is away is asked again by itself, a refusal is not', async () => {
    vi.useFakeTimers();
    const retry = vi.fn();
    const away = new ApiError('network', 0);
    const { rerender } = render(page(away, { retry }));
    expect(text('problem-act')).toContain('by itself');
    await act(() => vi.advanceTimersByTimeAsync(awayMs - 1));
    // Drawn again in between: the time to wait goes on.
    rerender(page(away, { retry }));
    await act(() => vi.advanceTimersByTimeAsync(1));
    expect(retry).toHaveBeenCalledTimes(1);
    await act(() => vi.advanceTimersByTimeAsync(10 * awayMs));
    expect(retry).toHaveBeenCalledTimes(1);
    rerender(page(new ApiError('network', 0), { retry }));
    await act(() => vi.advanceTimersByTimeAsync(awayMs));
    expect(retry).toHaveBeenCalledTimes(2);
    rerender(page(new ApiError('forbidden', 403), { retry }));
    await act(() => vi.advanceTimersByTimeAsync(10 * awayMs));
    expect(retry).toHaveBeenCalledTimes(2);
  });

  it('that would only be refused again offers no second try', () => {
    for (const kind of ['forbidden', 'not_found'] as const) {
      const { unmount } = render(page(new ApiError(kind, 403), { retry: () => undefined }));
      expect(screen.queryByRole('button')).toBeNull();
      unmount();
    }
    render(page(new ApiError('server', 503), { retry: () => undefined }));
    expect(screen.getByRole('button').textContent).toBe('Try again');
  });

  it('of a change that may have arrived says to look first', () => {
    render(page(new ApiError('timeout', 0)));
    expect(text('problem-act')).toContain('look first whether it was done');
  });

  it('of the server has the number of its request, and an unknown one everything', () => {
    const members = { until: 'Monday' };
    render(page(new ApiError('server', 500, { name: 'new_thing', code: -19000, requestId: '19bf-1f', members })));
    expect(text('request-id')).toBe('19bf-1f');
    expect(screen.getByText(/HTTP 500 new_thing -19000\s+until: Monday/)).toBeTruthy();
  });
});
