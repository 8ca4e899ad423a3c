// The customer's own cap on the month's whole bill.
import { Button, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { setBudget } from '../api/calls_terms.ts';
import { refreshAccount, useBill } from '../api/queries.ts';
import { useTerms } from '../api/queries_account.ts';
import type { Terms } from '../api/types_terms.ts';
import { formatMoney, permille } from '../exact/decimal.ts';
import { Figures } from '../ui/figures.tsx';
import { Notice } from '../ui/notice.tsx';
import { Panel } from '../ui/panel.tsx';
import { QueryBody } from '../ui/query_body.tsx';
import { Failed } from '../ui/states.tsx';

function Form({ account, terms, onDone }: { account: string; terms: Terms; onDone(text: string): void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [amount, setAmount] = useState('');
  const change = useMutation({
    mutationFn: (wanted: string | null) => setBudget(account, wanted),
    onSuccess: async ({ budget, currency }) => {
      setAmount('');
      onDone(budget === null ? t('limits.removed') : t('limits.saved', { amount: formatMoney(budget, currency) }));
      await refreshAccount(client, account);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (amount.trim() !== '') change.mutate(amount.trim());
  };
  return (
    <>
      <form className="inline-form" onSubmit={submit}>
        <TextInput
          label={t('limits.amount', { currency: terms.currency })}
          name="budget"
          inputMode="decimal"
          value={amount}
          onChange={(event) => setAmount(event.currentTarget.value)}
        />
        <Button type="submit" disabled={amount.trim() === ''} loading={change.isPending} data-testid="set-budget">
          {t('limits.set')}
        </Button>
        {terms.budget === null ? null : (
          <Button
            variant="default"
            loading={change.isPending}
            onClick={() => change.mutate(null)}
            data-testid="remove-budget"
          >
            {t('limits.remove')}
          </Button>
        )}
      </form>
      {change.error ? <Failed error={change.error} /> : null}
    </>
  );
}

/** How far the bill has come towards the budget; a width only, the numbers stand beside it. */
function Bar({ bill, budget }: { bill: string; budget: string }) {
  const { t } = useTranslation();
  const filled = permille(bill, budget, 1000);
  const tone = filled >= 1000 ? 'stop' : filled >= 800 ? 'near' : 'ok';
  return (
    // biome-ignore lint/a11y/useSemanticElements: <meter> cannot be styled alike in all browsers.
    <div
      className={`bar tone-${tone}`}
      role="meter"
      aria-label={t('limits.now')}
      aria-valuemin={0}
      aria-valuemax={1000}
      aria-valuenow={filled}
      aria-valuetext={bill}
    >
      <div className="bar-fill" style={{ width: `${filled / 10}%` }} />
    </div>
  );
}

export function BudgetPanel({ account, mayChange }: { account: string; mayChange: boolean }) {
  const { t } = useTranslation();
  const terms = useTerms(account);
  const bill = useBill(account);
  const [done, setDone] = useState<string | null>(null);
  return (
    <Panel title={t('limits.budget')} hint={t('limits.budgetHint')} className="stack">
      <QueryBody query={terms}>
        {(found) => (
          <>
            <Figures
              figures={[
                {
                  label: t('limits.budget'),
                  value: found.budget === null ? t('limits.none') : formatMoney(found.budget, found.currency),
                  main: true,
                  testId: 'budget',
                },
                {
                  label: t('limits.now'),
                  value: bill.data ? formatMoney(bill.data.total, bill.data.currency) : '–',
                  testId: 'bill-so-far',
                },
              ]}
            />
            {found.budget !== null && bill.data ? <Bar bill={bill.data.total} budget={found.budget} /> : null}
            <p className="hint">{found.budget === null ? t('limits.noneHint') : t('limits.fixed')}</p>
            {done === null ? null : <Notice tone="ok" title={done} testId="budget-done" />}
            {mayChange ? <Form account={account} terms={found} onDone={setDone} /> : null}
          </>
        )}
      </QueryBody>
    </Panel>
  );
}
