// The statement of account: every entry with the balance after it, and the same as a file.
import { Select } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { fetchStatement } from '../api/calls_money.ts';
import { useStatement } from '../api/queries_account.ts';
import type { Statement, StatementEntry } from '../api/types_money.ts';
import { formatDifference, formatMoney } from '../exact/decimal.ts';
import { TableHead } from '../ui/figures.tsx';
import { FileButton } from '../ui/file_button.tsx';
import { Panel } from '../ui/panel.tsx';
import { QueryBody } from '../ui/query_body.tsx';
import { Empty, Failed } from '../ui/states.tsx';
import { formatInstant, formatMonth, monthBefore } from '../ui/time.ts';
import { entryFacts } from './entry_text.ts';

/** How many months back each choice begins. */
const ranges = { one: 0, three: 2, twelve: 11 } as const;
type Range = keyof typeof ranges;

function What({ account, entry }: { account: string; entry: StatementEntry }) {
  const { t, i18n } = useTranslation();
  const { kind, name, invoice } = entryFacts(entry);
  const shown = /^\d{4}-\d{2}$/.test(name) ? formatMonth(name, i18n.language) : name;
  return (
    <>
      {t(`entry.${kind}`)}
      {invoice ? (
        <Link className="why" to={`/accounts/${encodeURIComponent(account)}/invoices/${encodeURIComponent(name)}`}>
          {name}
        </Link>
      ) : (
        <span className="why">{shown}</span>
      )}
    </>
  );
}

function Edge({ label, month, amount, testId }: { label: string; month: string; amount: string; testId: string }) {
  const { t, i18n } = useTranslation();
  return (
    <tr className="edge">
      <th scope="row">{formatMonth(month, i18n.language)}</th>
      <td>{label}</td>
      <td />
      <td className="num amount" data-label={t('statement.balance')} data-testid={testId}>
        {amount}
      </td>
    </tr>
  );
}

function Entries({ account, statement }: { account: string; statement: Statement }) {
  const { t, i18n } = useTranslation();
  const { months, currency, zone } = statement;
  const [first, last] = [months[0], months.at(-1)];
  if (!first || !last) return <Empty title={t('statement.empty')} />;
  const money = (amount: string) => formatMoney(amount, currency);
  const columns = ['date', 'entry', 'amount', 'balance'] as const;
  return (
    <table className="table rows statement" data-testid="statement">
      <TableHead
        columns={columns.map((key) => ({
          key,
          label: t(`statement.${key}`),
          number: key === 'amount' || key === 'balance',
        }))}
      />
      <tbody>
        <Edge label={t('statement.opening')} month={first.month} amount={money(first.opening)} testId="opening" />
        {months.flatMap(({ entries }) =>
          entries.map((entry) => (
            <tr key={entry.id} data-testid="entry">
              <th scope="row">{formatInstant(entry.at, zone, i18n.language)}</th>
              <td data-label={t('statement.entry')}>
                <What account={account} entry={entry} />
              </td>
              <td className="num" data-label={t('statement.amount')}>
                {formatDifference(entry.amount, currency)}
              </td>
              <td className="num" data-label={t('statement.balance')}>
                {money(entry.balance)}
              </td>
            </tr>
          )),
        )}
        <Edge label={t('statement.closing')} month={last.month} amount={money(last.closing)} testId="closing" />
      </tbody>
    </table>
  );
}

export function StatementPanel({ account, month, zone }: { account: string; month: string; zone: string }) {
  const { t } = useTranslation();
  const [range, setRange] = useState<Range>('three');
  const [failure, setFailure] = useState<unknown>(null);
  const from = monthBefore(month, ranges[range]);
  const query = useStatement(account, from, month);
  return (
    <Panel
      title={t('statement.title')}
      hint={t('statement.hint', { zone })}
      action={
        <div className="panel-action">
          <Select
            aria-label={t('statement.range')}
            size="xs"
            w={150}
            data={Object.keys(ranges).map((name) => ({ value: name, label: t(`statement.${name}`) }))}
            value={range}
            onChange={(name) => setRange((name as Range | null) ?? 'three')}
            allowDeselect={false}
          />
          <FileButton
            label={t('statement.csv')}
            fetch={() => fetchStatement(account, from, month)}
            onError={setFailure}
            testId="download-statement"
          />
        </div>
      }
    >
      {failure ? <Failed error={failure} /> : null}
      <div className={query.isPlaceholderData ? 'fading' : ''} aria-busy={query.isPlaceholderData}>
        <QueryBody query={query} height={220}>
          {(statement) => <Entries account={account} statement={statement} />}
        </QueryBody>
      </div>
    </Panel>
  );
}
