// The states every page shares: loading, nothing there, failed, and "shown but no longer fresh".
import { Button, Skeleton } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/errors.ts';
import { RetryIcon } from './icons.tsx';
import { Notice } from './notice.tsx';

/** One sentence for people, in their language; the server's own detail is added by `Failed`. */
export function useErrorText(): (error: unknown) => string {
  const { t } = useTranslation();
  return (error) => t(`error.${error instanceof ApiError ? error.kind : 'unknown'}`);
}

export function Loading({ height = 160 }: { height?: number }) {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('state.loading')}>
      <Skeleton height={height} radius="md" />
    </div>
  );
}

export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const text = useErrorText();
  const detail = error instanceof ApiError ? error.problem.detail : undefined;
  const again = retry ? (
    <Button size="compact-sm" variant="default" leftSection={<RetryIcon size={14} />} onClick={retry}>
      {t('state.retry')}
    </Button>
  ) : null;
  return (
    <Notice tone="stop" title={text(error)} action={again} urgent>
      {detail}
    </Notice>
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
