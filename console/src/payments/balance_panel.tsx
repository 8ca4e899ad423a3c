// Where the account stands: its balance, what of it is owed or credit, and whether a bill is overdue.
import { useTranslation } from 'react-i18next';
import { useArrears, useStatement } from '../api/queries_account.ts';
import type { Arrears } from '../api/types_money.ts';
import { compare, formatMoney } from '../exact/decimal.ts';
import { type Figure, Figures } from '../ui/figures.tsx';
import { Notice } from '../ui/notice.tsx';
import { Panel } from '../ui/panel.tsx';
import { QueryBody } from '../ui/query_body.tsx';
import { formatInstant } from '../ui/time.ts';

const known = ['reminded', 'grace', 'suspended'];

export function ArrearsNotice({ arrears, zone }: { arrears: Arrears; zone: string }) {
  const { t, i18n } = useTranslation();
  if (!known.includes(arrears.state)) return null;
  const stops = arrears.suspendsAt === null ? null : formatInstant(arrears.suspendsAt, zone, i18n.language);
  return (
    <Notice
      tone={arrears.state === 'suspended' ? 'stop' : 'near'}
      title={t(`arrears.${arrears.state}.title`)}
      testId="arrears"
    >
      {t(`arrears.${arrears.state}.text`, { balance: formatMoney(arrears.balance, arrears.currency) })}
      {stops === null || arrears.state === 'suspended' ? null : ` ${t('arrears.stops', { at: stops })}`}
    </Notice>
  );
}

export function BalancePanel({ account, zone }: { account: string; zone: string }) {
  const { t } = useTranslation();
  const query = useStatement(account, null, null);
  const arrears = useArrears(account);
  return (
    <>
      {arrears.data ? <ArrearsNotice arrears={arrears.data} zone={zone} /> : null}
      <Panel title={t('payments.balance')} hint={t('payments.balanceHint')}>
        <QueryBody query={query} height={70}>
          {(statement) => {
            const money = (amount: string) => formatMoney(amount, statement.currency);
            // Amounts that most accounts never have are shown only where they are.
            const rare = (['reserved', 'prepaid'] as const).filter(
              (name) => statement[name] !== null && compare(statement[name] ?? '0', '0') !== 0,
            );
            const figures: Figure[] = [
              { label: t('payments.balance'), value: money(statement.balance), main: true, testId: 'balance' },
              ...(['owed', 'credit', ...rare] as const).map((name) => ({
                label: t(`payments.${name}`),
                value: money(statement[name] ?? '0'),
                testId: `balance-${name}`,
              })),
            ];
            return <Figures figures={figures} />;
          }}
        </QueryBody>
      </Panel>
    </>
  );
}
