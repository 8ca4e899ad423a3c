// The month's own usage on every plan, cheapest first: each row opens the full invoice it would have been.
import { Select, Switch } from '@mantine/core';
import { Fragment, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/errors.ts';
import { useInvoices, useWhatIf } from '../api/queries.ts';
import type { WhatIf as Rated, RatedPlan, Usage } from '../api/types.ts';
import { BillLines } from '../bill/bill_lines.tsx';
import { compare, formatDifference, formatMoney, formatQuantity } from '../exact/decimal.ts';
import { AlertIcon, CheckIcon } from '../ui/icons.tsx';
import { useNames } from '../ui/names.ts';
import { Panel } from '../ui/panel.tsx';
import { Empty, Failed, Loading } from '../ui/states.tsx';
import { formatMonth } from '../ui/time.ts';

const keyOf = ({ catalogue, plan }: RatedPlan) => `${catalogue}/${plan}`;

/** Which quotas of a hard plan the month's usage passes. */
function usePassedText() {
  const { t } = useTranslation();
  return (row: RatedPlan): string =>
    row.passed
      .map(({ meter, used, quota }) =>
        t([`whatIf.passed.${meter}`, 'whatIf.passed.other'], {
          meter,
          used: formatQuantity(used, 4),
          quota: formatQuantity(quota),
        }),
      )
      .join(t('whatIf.and'));
}

function Difference({ row }: { row: RatedPlan }) {
  if (row.current) return <span className="hint">–</span>;
  if (row.difference === null || !row.possible) return <span className="hint">–</span>;
  const sign = compare(row.difference, '0');
  const tone = sign < 0 ? 'less' : sign > 0 ? 'more' : 'equal';
  return <span className={`difference ${tone}`}>{formatDifference(row.difference, row.currency)}</span>;
}

interface RowProps {
  row: RatedPlan;
  /** Of the account: rows of other catalogues name theirs. */
  catalogue: string;
  cheapest: boolean;
  open: boolean;
  onToggle(): void;
}

function PlanRow({ row, catalogue, cheapest, open, onToggle }: RowProps) {
  const { t } = useTranslation();
  const names = useNames();
  const passed = usePassedText();
  const id = `what-if-lines-${keyOf(row).replace(/\W/g, '-')}`;
  return (
    <Fragment>
      <tr
        className={`${row.current ? 'current' : ''}${row.possible ? '' : ' impossible'}`}
        data-testid={`what-if-${row.plan}`}
      >
        <th scope="row">
          <div className="plan-cell">
            <button type="button" className="opener" aria-expanded={open} aria-controls={id} onClick={onToggle}>
              <span className="opener-mark" aria-hidden="true" />
              {names.plan(row.plan)}
            </button>
            {row.catalogue === catalogue ? null : <span className="hint">{row.catalogue}</span>}
            {row.current ? (
              <span className="badge tone-free">
                <CheckIcon size={14} />
                {t('plans.current')}
              </span>
            ) : null}
            {cheapest ? <span className="badge tone-ok">{t('whatIf.cheapest')}</span> : null}
            {row.possible ? null : (
              <span className="passed">
                <AlertIcon size={14} />
                {t('whatIf.impossible', { passed: passed(row) })}
              </span>
            )}
          </div>
        </th>
        <td className="num amount" data-label={t('bill.total')}>
          {row.possible ? formatMoney(row.total, row.currency) : <span className="hint">{t('whatIf.no')}</span>}
        </td>
        <td className="num" data-label={t('whatIf.difference')}>
          <Difference row={row} />
        </td>
      </tr>
      {open ? (
        <tr className="opened" id={id}>
          <td colSpan={3}>
            <BillLines invoice={row} />
          </td>
        </tr>
      ) : null}
    </Fragment>
  );
}

function Rows({ rated }: { rated: Rated }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<string | null>(null);
  const possible = rated.plans.filter((row) => row.possible && row.difference !== null);
  const first = possible[0];
  // Plans that cost the same to the cent are all the cheapest; with only one price there is nothing to tell.
  const cheapest = (row: RatedPlan) =>
    first !== undefined && possible.includes(row) && compare(row.total, first.total) === 0;
  const differs = possible.some((row) => !cheapest(row));
  return (
    <table className="table what-if" data-testid="what-if">
      <thead>
        <tr>
          <th scope="col">{t('invoices.plan')}</th>
          <th scope="col" className="num">
            {t('bill.total')}
          </th>
          <th scope="col" className="num">
            {t('whatIf.difference')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rated.plans.map((row) => {
          const key = keyOf(row);
          return (
            <PlanRow
              key={key}
              row={row}
              catalogue={rated.catalogue}
              cheapest={differs && cheapest(row)}
              open={open === key}
              onToggle={() => setOpen(open === key ? null : key)}
            />
          );
        })}
      </tbody>
    </table>
  );
}

export function WhatIf({ account, usage }: { account: string; usage: Usage }) {
  const { t, i18n } = useTranslation();
  const [month, setMonth] = useState<string | null>(null);
  const [others, setOthers] = useState(false);
  const invoices = useInvoices(account);
  const query = useWhatIf(account, month, others ? null : usage.catalogue);
  if (query.error instanceof ApiError && query.error.kind === 'not_found' && month === null) return null;
  const closed = (invoices.data ?? []).map((invoice) => invoice.month).filter((name) => name !== usage.month);
  const months = [...new Set([usage.month, ...closed])];
  const body = () => {
    if (query.error) return <Failed error={query.error} retry={() => query.refetch()} />;
    if (!query.data) return <Loading height={240} />;
    if (query.data.plans.length === 0) return <Empty title={t('whatIf.empty')} />;
    return (
      <div className={query.isPlaceholderData ? 'fading' : ''} aria-busy={query.isPlaceholderData}>
        <Rows key={`${query.data.month}/${others}`} rated={query.data} />
        {query.data.leftOut.length === 0 ? null : (
          <p className="hint foot">{t('whatIf.leftOut', { names: query.data.leftOut.join(', ') })}</p>
        )}
      </div>
    );
  };
  return (
    <Panel
      title={t('whatIf.title')}
      hint={t('whatIf.hint')}
      action={
        <div className="what-if-ask">
          <Switch
            size="sm"
            label={t('whatIf.others')}
            checked={others}
            onChange={(event) => setOthers(event.currentTarget.checked)}
          />
          <Select
            aria-label={t('invoices.month')}
            size="xs"
            data={months.map((name) => ({
              value: name,
              label: name === usage.month ? t('whatIf.thisMonth') : formatMonth(name, i18n.language),
            }))}
            value={month ?? usage.month}
            onChange={(name) => setMonth(name === usage.month ? null : name)}
            allowDeselect={false}
          />
        </div>
      }
    >
      {body()}
    </Panel>
  );
}
