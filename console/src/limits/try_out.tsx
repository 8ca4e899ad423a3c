// What a message would cost and what would refuse it, before anything is sent.
import { Button, Select, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { dryRun } from '../api/calls_terms.ts';
import { useProjects } from '../api/queries.ts';
import type { DryRun } from '../api/types_terms.ts';
import { formatMoney, formatQuantity } from '../exact/decimal.ts';
import { Figures } from '../ui/figures.tsx';
import { Notice } from '../ui/notice.tsx';
import { Panel } from '../ui/panel.tsx';
import { Failed } from '../ui/states.tsx';
import { formatInstant } from '../ui/time.ts';

function Answer({ run, zone }: { run: DryRun; zone: string }) {
  const { t, i18n } = useTranslation();
  const { refusedBy } = run;
  const money = (amount: string) => formatMoney(amount, run.currency);
  const why = () => {
    if (refusedBy === null) return null;
    const by = t([`tryOut.by.${refusedBy.name}`, 'tryOut.by.other'], { name: refusedBy.name });
    if (refusedBy.limit === null || refusedBy.used === null || refusedBy.reset === null) return by;
    const numbers = t('tryOut.used', {
      used: formatQuantity(refusedBy.used),
      limit: formatQuantity(refusedBy.limit),
      reset: formatInstant(refusedBy.reset, zone, i18n.language),
    });
    return t('tryOut.byWith', { by, numbers });
  };
  return (
    <div className="stack" aria-live="polite">
      <Notice
        tone={run.admitted ? 'ok' : 'stop'}
        title={t(run.admitted ? 'tryOut.admitted' : 'tryOut.refused')}
        testId="try-answer"
      >
        {why()}
      </Notice>
      <Figures
        figures={[
          { label: t('tryOut.units'), value: formatQuantity(run.units), testId: 'try-units' },
          { label: t('tryOut.receivers'), value: formatQuantity(run.receivers) },
          { label: t('tryOut.list'), value: money(run.list), testId: 'try-list' },
          { label: t('tryOut.adds'), value: money(run.addsToBill), testId: 'try-adds' },
        ]}
      />
    </div>
  );
}

export function TryOut({ account, zone }: { account: string; zone: string }) {
  const { t } = useTranslation();
  const projects = (useProjects(account).data ?? []).filter(({ disabled }) => !disabled);
  const [chosen, setChosen] = useState<string | null>(null);
  const [channel, setChannel] = useState('lobby');
  const [message, setMessage] = useState('');
  const project = chosen ?? projects[0]?.id ?? '';
  const check = useMutation({ mutationFn: () => dryRun(project, channel, message) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    check.mutate();
  };
  if (projects.length === 0) return null;
  return (
    <Panel title={t('tryOut.title')} hint={t('tryOut.hint')} className="stack">
      <form className="inline-form" onSubmit={submit}>
        <Select
          label={t('live.project')}
          data={projects.map(({ id, name }) => ({ value: id, label: name }))}
          value={project}
          onChange={setChosen}
          allowDeselect={false}
        />
        <TextInput
          label={t('live.channel')}
          name="channel"
          value={channel}
          onChange={(event) => setChannel(event.currentTarget.value)}
        />
        <TextInput
          className="wide"
          label={t('tryOut.message')}
          name="message"
          value={message}
          onChange={(event) => setMessage(event.currentTarget.value)}
        />
        <Button
          type="submit"
          variant="light"
          disabled={message === '' || channel === ''}
          loading={check.isPending}
          data-testid="try-check"
        >
          {t('tryOut.check')}
        </Button>
      </form>
      {check.error ? <Failed error={check.error} /> : null}
      {check.data ? <Answer run={check.data} zone={zone} /> : null}
    </Panel>
  );
}
