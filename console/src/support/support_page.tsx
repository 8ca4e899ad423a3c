// An account's support requests, and what its plan promises.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useUsage } from '../api/queries.ts';
import { useAllRequests, useRequests, useTerms } from '../api/queries_account.ts';
import { channels, type SupportRequest } from '../api/support.ts';
import type { Terms } from '../api/types_terms.ts';
import { useFeatureText } from '../contract/feature_text.ts';
import { useMay } from '../session/may.ts';
import { Notice } from '../ui/notice.tsx';
import { Panel } from '../ui/panel.tsx';
import { QueryBody } from '../ui/query_body.tsx';
import { Empty } from '../ui/states.tsx';
import { formatInstant } from '../ui/time.ts';
import { OpenRequest } from './open_request.tsx';
import { RequestList } from './request_list.tsx';
import { waits } from './support_text.tsx';

function usePromise(terms: Terms | undefined): string | undefined {
  const { t } = useTranslation();
  const { valueText } = useFeatureText();
  const value = (name: string) => terms?.features.find((feature) => feature.name === name)?.value;
  const [hours, response] = [value('service_hours'), value('response_time')];
  if (typeof hours !== 'string' || typeof response !== 'string') return undefined;
  return t('support.hint', { hours: valueText(hours), response: valueText(response) });
}

function offeredBy(terms: Terms | undefined): string[] | null {
  if (!terms || terms.features.length === 0) return null;
  return channels.filter((name) => terms.features.some((f) => f.name === `${name}_support` && f.value === true));
}

export function SupportPage() {
  const { t, i18n } = useTranslation();
  const { account = '' } = useParams();
  const may = useMay(account)('support_write');
  const usage = useUsage(account);
  const terms = useTerms(account).data;
  const requests = useRequests(account);
  const promise = usePromise(terms);
  const [asking, setAsking] = useState(false);
  const [sent, setSent] = useState<SupportRequest | null>(null);
  const zone = usage.data?.zone ?? 'UTC';
  const sentText = (request: SupportRequest) =>
    request.dueAt === null
      ? t('support.sentNoDue')
      : t('support.sent', { due: formatInstant(request.dueAt, zone, i18n.language) });
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t('support.title')}</h1>
          {may ? null : <p className="hint">{t('support.mayNot')}</p>}
        </div>
        {may ? (
          <Button onClick={() => setAsking(true)} data-testid="ask">
            {t('support.ask')}
          </Button>
        ) : null}
      </header>
      {sent ? <Notice tone="ok" title={sentText(sent)} testId="sent" /> : null}
      <Panel title={t('support.all')} hint={promise}>
        <QueryBody query={requests} height={220}>
          {(found) =>
            found.length === 0 ? (
              <Empty title={t('support.empty')}>{t('support.emptyHint')}</Empty>
            ) : (
              <RequestList requests={[...found].reverse()} zone={zone} />
            )
          }
        </QueryBody>
      </Panel>
      {asking ? (
        <OpenRequest account={account} offered={offeredBy(terms)} onClose={() => setAsking(false)} onDone={setSent} />
      ) : null}
    </>
  );
}

/** For operators: the requests of all accounts, those that wait first, the soonest due on top. */
export function AllSupportPage() {
  const { t } = useTranslation();
  const requests = useAllRequests(true);
  const order = (a: SupportRequest, b: SupportRequest) =>
    Number(waits(b)) - Number(waits(a)) ||
    (a.dueAt ?? '9').localeCompare(b.dueAt ?? '9') ||
    b.openedAt.localeCompare(a.openedAt);
  return (
    <>
      <header className="page-head">
        <h1>{t('support.title')}</h1>
      </header>
      <Panel title={t('support.all')}>
        <QueryBody query={requests} height={220}>
          {(found) =>
            found.length === 0 ? (
              <Empty title={t('support.emptyAll')} />
            ) : (
              <RequestList requests={[...found].sort(order)} zone={localZone()} all />
            )
          }
        </QueryBody>
      </Panel>
    </>
  );
}

/** Requests of all accounts have many zones: they are shown in the reader's own. */
function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
