// The invoice recomputed from the meter's signed records, and how anybody can do the same without this server.
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { bundleName, fetchBundle } from '../api/calls.ts';
import { ApiError } from '../api/errors.ts';
import { useProof } from '../api/queries.ts';
import type { Invoice, InvoiceProof } from '../api/types.ts';
import { formatMoney, formatQuantity } from '../exact/decimal.ts';
import { CopyText } from '../ui/copy_text.tsx';
import { FileButton } from '../ui/file_button.tsx';
import { SealIcon } from '../ui/icons.tsx';
import { Notice } from '../ui/notice.tsx';
import { Panel } from '../ui/panel.tsx';
import { Failed, Loading } from '../ui/states.tsx';
import { sameToTheDigit } from './same.ts';

function Verdict({ invoice, proof }: { invoice: Invoice; proof: InvoiceProof }) {
  const { t } = useTranslation();
  if (!proof.holds) {
    return (
      <Notice tone="stop" title={t('proof.broken')} urgent testId="proof-verdict">
        {proof.finding}
      </Notice>
    );
  }
  if (!sameToTheDigit(invoice, proof)) {
    return <Notice tone="stop" title={t('proof.differs')} urgent testId="proof-verdict" />;
  }
  return (
    <Notice tone="ok" icon={<SealIcon />} title={t('proof.same')} testId="proof-verdict">
      {t('proof.sameText', { total: formatMoney(proof.total ?? '', invoice.currency) })}
    </Notice>
  );
}

function Fact({ label, value, testId }: { label: string; value: string; testId?: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd data-testid={testId}>{value}</dd>
    </div>
  );
}

function Print({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <CopyText text={value} label={label} />
      </dd>
    </div>
  );
}

function Facts({ proof }: { proof: InvoiceProof }) {
  const { t } = useTranslation();
  const count = (text: string | null) => (text === null ? '–' : formatQuantity(text));
  return (
    <>
      <dl className="proof-numbers">
        <Fact label={t('proof.records')} value={count(proof.records)} testId="proof-records" />
        <Fact label={t('proof.hours')} value={count(proof.hours)} testId="proof-hours" />
        <Fact
          label={t('proof.minutes')}
          value={t('proof.minutesOf', { covered: count(proof.coveredMinutes), due: count(proof.dueMinutes) })}
        />
      </dl>
      <dl className="prints">
        <Print label={t('proof.key')} value={proof.keySha256} />
        <Print label={t('proof.document')} value={proof.documentSha256} />
        <Print label={t('proof.catalogue')} value={proof.catalogueSha256} />
      </dl>
    </>
  );
}

export function ProofPanel({ account, number, invoice }: { account: string; number: string; invoice: Invoice }) {
  const { t } = useTranslation();
  const proof = useProof(account, number);
  const [failure, setFailure] = useState<unknown>(null);
  // A server that keeps no records to prove anything from says so by not having the thing.
  if (proof.error instanceof ApiError && proof.error.kind === 'not_found') return null;
  const body = () => {
    if (proof.data) {
      return (
        <>
          <Verdict invoice={invoice} proof={proof.data} />
          <Facts proof={proof.data} />
        </>
      );
    }
    return proof.error ? (
      <Failed error={proof.error} retry={() => proof.refetch()} />
    ) : (
      <>
        <p className="hint">{t('proof.busy')}</p>
        <Loading height={220} />
      </>
    );
  };
  return (
    <Panel
      title={t('proof.title')}
      hint={t('proof.hint')}
      action={
        <FileButton
          label={t('proof.bundle')}
          fetch={() => fetchBundle(account, invoice.month)}
          onError={setFailure}
          testId="download-bundle"
        />
      }
      className="proof"
    >
      {failure ? <Failed error={failure} /> : null}
      {body()}
      <div className="command">
        <p className="hint">{t('proof.command')}</p>
        <CopyText
          text={`postage verify ${bundleName(account, invoice.month)}`}
          label={t('proof.commandName')}
          testId="verify-command"
        />
      </div>
    </Panel>
  );
}
