// What took an invoice back, all of it or a part. The invoice itself stays as it was issued.
import { useTranslation } from 'react-i18next';
import type { Invoice } from '../api/types.ts';
import { formatMoney } from '../exact/decimal.ts';
import { Notice } from '../ui/notice.tsx';
import { Panel } from '../ui/panel.tsx';

export function CreditNotes({ invoice }: { invoice: Invoice }) {
  const { t } = useTranslation();
  const notes = invoice.creditNotes;
  if (notes.length === 0) return null;
  const isVoid = invoice.state === 'void';
  return (
    <Panel title={t('creditNotes.title')} hint={t('creditNotes.hint')}>
      <Notice
        tone={isVoid ? 'stop' : 'near'}
        title={t(isVoid ? 'creditNotes.void' : 'creditNotes.credited')}
        testId="credit-state"
      />
      <ul className="notes" data-testid="credit-notes">
        {notes.map(({ number, kind, total }) => (
          <li key={number}>
            <strong>{number}</strong>
            <span className="hint">{t(`creditNotes.kind.${kind}`, { defaultValue: kind })}</span>
            <span className="amount">{formatMoney(`-${total}`, invoice.currency)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
