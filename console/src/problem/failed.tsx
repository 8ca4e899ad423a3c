// A call that failed, in the reader's language: what happened, what to do, the figures, then the server's own words.
import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useInRouterContext } from 'react-router';
import { isAway, isSettled } from '../api/errors.ts';
import { CopyText } from '../ui/copy_text.tsx';
import { RetryIcon } from '../ui/icons.tsx';
import { Notice } from '../ui/notice.tsx';
import { type Explained, explain, type Way } from './explain.ts';
import { type Labels, useWords } from './use_words.ts';
import { accountInPath } from './use_zone.ts';

/** How often a server that is away is asked again, milliseconds. */
export const awayMs = 5000;

/** False until `again`, milliseconds, has come. */
function useMayRetry(again: number | null): boolean {
  const [now, setNow] = useState(() => Date.now());
  const left = again === null ? 0 : again - now;
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setNow(Date.now()), left);
    return () => clearTimeout(timer);
  }, [left]);
  return left <= 0;
}

/** Asks a server that is away again and again, until it answers. True while it does. */
function useAskAgain(error: unknown, retry: (() => unknown) | undefined): boolean {
  const asking = retry !== undefined && isAway(error);
  // A page that is drawn again hands over another function; the time to wait goes on.
  const latest = useRef(retry);
  useEffect(() => {
    latest.current = retry;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: every new failure is followed by one more question.
  useEffect(() => {
    if (!asking) return;
    const timer = setTimeout(() => latest.current?.(), awayMs);
    return () => clearTimeout(timer);
  }, [asking, error]);
  return asking;
}

function WayLink({ way }: { way: Way }) {
  const { t } = useTranslation();
  const inRouter = useInRouterContext();
  const account = accountInPath(location.pathname);
  if (way !== 'home' && account === null) return null;
  const to = way === 'home' ? '/' : `/accounts/${encodeURIComponent(account ?? '')}/${way}`;
  if (!inRouter || location.pathname === to) return null;
  return <Link to={to}>{t(`problemView.${way}`)}</Link>;
}

interface BodyProps {
  found: Explained;
  labels?: Labels;
  /** The page asks a server that is away again by itself. */
  asking?: boolean;
}

/** What there is to know beside the one sentence. */
export function ProblemBody({ found, labels = {}, asking = false }: BodyProps) {
  const { t } = useTranslation();
  const words = useWords();
  const lines = words.quotaLines(found.quota);
  const place = words.place(found, labels);
  const said = words.said(found);
  return (
    <div className="problem">
      {place === null ? null : <p data-testid="problem-place">{place}</p>}
      <p data-testid="problem-act">
        {asking ? t('errorAct.away') : words.act(found)} {found.way === null ? null : <WayLink way={found.way} />}
      </p>
      {lines.length === 0 ? null : (
        <dl className="problem-lines">
          {lines.map(({ label, value, testId }) => (
            <div key={testId}>
              <dt>{label}</dt>
              <dd data-testid={testId}>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {found.again === null ? null : (
        <p data-testid="problem-again">{t('problemView.again', { time: words.moment(found.again) })}</p>
      )}
      {said === null ? null : (
        <p className="problem-said">
          {t('problemView.said')} <q lang="en">{said}</q>
        </p>
      )}
      {found.whole.length === 0 ? null : <pre className="problem-whole">{found.whole.join('\n')}</pre>}
      {found.requestId === null ? null : (
        <p>
          {t('problemView.request')}{' '}
          <CopyText text={found.requestId} label={t('problemView.request')} testId="request-id" />
        </p>
      )}
    </div>
  );
}

interface Props {
  error: unknown;
  /** Only asks again; it is also called by itself while the server is away. */
  retry?: () => unknown;
  /** Of the form's fields, where the general names of `fieldLabel.*` would not be those on the screen. */
  labels?: Labels;
  testId?: string;
}

export function Failed({ error, retry, labels, testId }: Props) {
  const { t } = useTranslation();
  const words = useWords();
  const found = explain(error);
  const mayRetry = useMayRetry(found.again);
  const asking = useAskAgain(error, retry);
  const again =
    retry && !isSettled(error) ? (
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<RetryIcon size={14} />}
        disabled={!mayRetry}
        onClick={() => retry()}
      >
        {t('state.retry')}
      </Button>
    ) : null;
  return (
    <Notice tone="stop" title={words.what(found)} action={again} urgent testId={testId ?? 'failed'}>
      <ProblemBody found={found} asking={asking} {...(labels ? { labels } : {})} />
    </Notice>
  );
}
