// The prepaid balance: what the month may cost, and every amount with its end. Nothing where there is none.
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { usePrepaid } from '../api/queries_account.ts';
import type { Grant, Prepaid } from '../api/types_money.ts';
import type { MoneyDesk } from '../desk/money_desk.tsx';
import { formatMoney } from '../exact/decimal.ts';
import { Figures, TableHead } from '../ui/figures.tsx';
import { Panel } from '../ui/panel.tsx';
import { Empty } from '../ui/states.tsx';
import { formatDate, formatInstant } from '../ui/time.ts';

function GrantRow({ grant, currency, zone }: { grant: Grant; currency: string; zone: string }) {
  const { t, i18n } = useTranslation();
  const money = (amount: string) => formatMoney(amount, currency);
  const end = grant.expiresAt === null ? t('prepaid.noEnd') : formatInstant(grant.expiresAt, zone, i18n.language);
  return (
    <tr data-testid={`grant-${grant.id}`}>
      <th scope="row">
        {t(`prepaid.kind.${grant.kind}`, { defaultValue: grant.kind })}
        <span className="why">
          {formatDate(grant.at, zone, i18n.language)} · {grant.reference}
        </span>
      </th>
      <td data-label={t('prepaid.ends')}>
        {end}
        {grant.ended ? <span className="badge">{t('prepaid.ended')}</span> : null}
      </td>
      <td className="num" data-label={t('prepaid.amount')}>
        {money(grant.amount)}
      </td>
      <td className="num" data-label={t('prepaid.consumed')}>
        {money(grant.consumed)}
      </td>
      <td className="num" data-label={t('prepaid.expired')}>
        {money(grant.expired)}
      </td>
      <td className="num amount" data-label={t('prepaid.rest')}>
        {money(grant.left)}
      </td>
    </tr>
  );
}

function Body({ prepaid, zone }: { prepaid: Prepaid; zone: string }) {
  const { t } = useTranslation();
  const money = (amount: string) => formatMoney(amount, prepaid.currency);
  const columns = ['grant', 'ends', 'amount', 'consumed', 'expired', 'rest'] as const;
  return (
    <>
      {prepaid.prepaid ? (
        <Figures
          figures={[
            { label: t('prepaid.left'), value: money(prepaid.left), main: true, testId: 'prepaid-left' },
            { label: t('prepaid.available'), value: money(prepaid.available), testId: 'prepaid-available' },
            { label: t('prepaid.used'), value: money(prepaid.used), testId: 'prepaid-used' },
          ]}
        />
      ) : null}
      {prepaid.grants.length === 0 ? (
        <Empty title={t('prepaid.empty')}>{t('prepaid.emptyHint')}</Empty>
      ) : (
        <table className="table rows" data-testid="grants">
          <TableHead columns={columns.map((key, place) => ({ key, label: t(`prepaid.${key}`), number: place > 1 }))} />
          <tbody>
            {prepaid.grants.map((grant) => (
              <GrantRow key={grant.id} grant={grant} currency={prepaid.currency} zone={zone} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function Actions({ prepaid, desk }: { prepaid: Prepaid; desk: MoneyDesk }) {
  const { t } = useTranslation();
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => desk.open({ kind: 'prepaid', prepaid })}
        data-testid="switch-prepaid"
      >
        {t(prepaid.prepaid ? 'desk.prepaid.turnOff' : 'desk.prepaid.turnOn')}
      </Button>
      <Button size="compact-sm" variant="default" onClick={() => desk.open({ kind: 'grant' })} data-testid="add-grant">
        {t('desk.grant.button')}
      </Button>
    </>
  );
}

/** Nothing where there is none, but for who may make an account prepaid. */
export function PrepaidPanel({ account, zone, desk }: { account: string; zone: string; desk: MoneyDesk | null }) {
  const { t } = useTranslation();
  const { data } = usePrepaid(account);
  if (!data) return null;
  const used = data.prepaid || data.grants.length > 0;
  if (!used && desk === null) return null;
  const hint = data.prepaid ? 'prepaid.hint' : used ? 'prepaid.hintLeft' : 'desk.prepaid.off';
  return (
    <Panel
      title={t('prepaid.title')}
      hint={t(hint)}
      className={used ? 'prepaid' : 'prepaid head-only'}
      action={desk ? <Actions prepaid={data} desk={desk} /> : null}
    >
      {used ? <Body prepaid={data} zone={zone} /> : null}
    </Panel>
  );
}
