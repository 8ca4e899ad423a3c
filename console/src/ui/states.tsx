// The states every page shares: loading, nothing there, failed, and "shown but no longer fresh".
import { Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { explain } from '../problem/explain.ts';
import { useWords } from '../problem/use_words.ts';

export { Failed } from '../problem/failed.tsx';

/** One sentence for people, in their language; `Failed` says all there is to say. */
export function useErrorText(): (error: unknown) => string {
  const { what } = useWords();
  return (error) => what(explain(error));
}

export function Loading({ height = 160 }: { height?: number }) {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('state.loading')}>
      <Skeleton height={height} radius="md" />
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children ? <p className="hint">{children}</p> : null}
    </div>
  );
}
