import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useUsage } from '../api/queries.ts';
import { useMay } from '../session/may.ts';
import { QueryBody } from '../ui/query_body.tsx';
import { BudgetPanel } from './budget_panel.tsx';
import { CapsPanel } from './caps_panel.tsx';
import { TryOut } from './try_out.tsx';

export function LimitsPage() {
  const { t } = useTranslation();
  const { account = '' } = useParams();
  const may = useMay(account);
  const mayChange = may('plan_change');
  const usage = useUsage(account);
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t('limits.title')}</h1>
          {mayChange ? null : <p className="hint">{t('limits.mayNot')}</p>}
        </div>
      </header>
      <QueryBody query={usage} height={420}>
        {({ currency, zone }) => (
          <>
            {may('bill_read') || !may('message_publish') ? (
              <>
                <BudgetPanel account={account} mayChange={mayChange} />
                <CapsPanel account={account} currency={currency} zone={zone} mayChange={mayChange} />
              </>
            ) : null}
            {may('message_publish') ? <TryOut account={account} zone={zone} /> : null}
          </>
        )}
      </QueryBody>
    </>
  );
}
