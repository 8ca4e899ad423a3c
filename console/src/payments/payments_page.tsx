import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useUsage } from '../api/queries.ts';
import type { Usage } from '../api/types.ts';
import { CollectionPanel } from '../desk/collection_panel.tsx';
import { MoneyButtons, useMoneyDesk } from '../desk/money_desk.tsx';
import { QueryBody } from '../ui/query_body.tsx';
import { BalancePanel } from './balance_panel.tsx';
import { AdjustmentsPanel, PaymentsPanel } from './lists.tsx';
import { OpenPanel } from './open_panel.tsx';
import { PrepaidPanel } from './prepaid_panel.tsx';
import { StatementPanel } from './statement_panel.tsx';

function Panels({ account, usage }: { account: string; usage: Usage }) {
  const { t } = useTranslation();
  const { month, zone, currency, asOf } = usage;
  const { desk, dialogs } = useMoneyDesk({ account, currency, zone, now: Date.parse(asOf) });
  return (
    <>
      <header className="page-head">
        <h1>{t('payments.title')}</h1>
        {desk ? <MoneyButtons desk={desk} /> : null}
      </header>
      <BalancePanel account={account} zone={zone} />
      <PrepaidPanel account={account} zone={zone} desk={desk} />
      <OpenPanel account={account} zone={zone} desk={desk} />
      <StatementPanel account={account} month={month} zone={zone} />
      <PaymentsPanel account={account} desk={desk} />
      <AdjustmentsPanel account={account} zone={zone} />
      {desk ? (
        <CollectionPanel account={account} onChange={(terms) => desk.open({ kind: 'collection', terms })} />
      ) : null}
      {dialogs}
    </>
  );
}

export function PaymentsPage() {
  const { account = '' } = useParams();
  const usage = useUsage(account);
  return (
    <QueryBody query={usage} height={420}>
      {(found) => <Panels account={account} usage={found} />}
    </QueryBody>
  );
}
