// API keys: how servers call the REST API without a person.
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { endKey } from '../api/calls_projects.ts';
import { useUsage } from '../api/queries.ts';
import { useKeys } from '../api/queries_projects.ts';
import type { ApiKey, MadeKey } from '../api/types_projects.ts';
import { useMay } from '../session/may.ts';
import { TableHead } from '../ui/figures.tsx';
import { FormDialog } from '../ui/form_dialog.tsx';
import { PlusIcon } from '../ui/icons.tsx';
import { Panel } from '../ui/panel.tsx';
import { QueryBody } from '../ui/query_body.tsx';
import { SecretOnce } from '../ui/secret_once.tsx';
import { formatInstant } from '../ui/time.ts';
import { ordered } from './key_list.ts';
import { MakeKey } from './make_key.tsx';

interface RowProps {
  apiKey: ApiKey;
  zone: string;
  mayWrite: boolean;
  onEnd(): void;
}

function KeyRow({ apiKey, zone, mayWrite, onEnd }: RowProps) {
  const { t, i18n } = useTranslation();
  const at = (instant: string) => formatInstant(instant, zone, i18n.language);
  const { id, name, role, createdAt, lastUsedAt, endedAt } = apiKey;
  return (
    <tr data-testid={`key-${id}`} data-ended={endedAt !== null}>
      <th scope="row">
        <span className="wrap">{name}</span>
        <span className="why">pk_{id}…</span>
      </th>
      <td data-label={t('keys.role')}>{t(`role.${role}`, { defaultValue: role })}</td>
      <td data-label={t('keys.state')}>
        <span className={`badge ${endedAt === null ? 'tone-ok' : ''}`}>
          {t(endedAt === null ? 'keys.works' : 'keys.ended')}
        </span>
        {endedAt === null ? null : <span className="why">{at(endedAt)}</span>}
      </td>
      <td data-label={t('keys.created')}>{at(createdAt)}</td>
      <td data-label={t('keys.lastUsed')}>{lastUsedAt === null ? t('keys.never') : at(lastUsedAt)}</td>
      {mayWrite ? (
        <td className="row-actions">
          {endedAt === null ? (
            <Button size="compact-sm" variant="default" onClick={onEnd} data-testid={`end-key-${id}`}>
              {t('keys.end')}
            </Button>
          ) : null}
        </td>
      ) : null}
    </tr>
  );
}

function EndKey({ account, apiKey, onClose }: { account: string; apiKey: ApiKey; onClose(): void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: () => endKey(account, apiKey.id),
    onSuccess: async () => {
      onClose();
      await client.invalidateQueries({ queryKey: ['account', account, 'keys'] });
    },
  });
  return (
    <FormDialog
      title={t('keys.endTitle', { name: apiKey.name })}
      submit={t('keys.end')}
      danger
      pending={end.isPending}
      error={end.error}
      onSubmit={() => end.mutate()}
      onClose={onClose}
      testId="end-key-submit"
    >
      <p>{t('keys.endText')}</p>
    </FormDialog>
  );
}

function KeyTable({ keys, ...rest }: { keys: ApiKey[]; zone: string; mayWrite: boolean; onEnd(key: ApiKey): void }) {
  const { t } = useTranslation();
  const columns = ['name', 'role', 'state', 'created', 'lastUsed', ...(rest.mayWrite ? ['actions'] : [])];
  return (
    <table className="table rows" data-testid="keys">
      <TableHead columns={columns.map((key) => ({ key, label: t(`keys.${key}`), number: key === 'actions' }))} />
      <tbody>
        {ordered(keys).map((key) => (
          <KeyRow key={key.id} apiKey={key} {...rest} onEnd={() => rest.onEnd(key)} />
        ))}
      </tbody>
    </table>
  );
}

export function KeysPage() {
  const { t } = useTranslation();
  const { account = '' } = useParams();
  const mayWrite = useMay(account)('key_write');
  const usage = useUsage(account);
  const keys = useKeys(account);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<MadeKey | null>(null);
  const [ending, setEnding] = useState<ApiKey | null>(null);
  const makeButton = mayWrite ? (
    <Button leftSection={<PlusIcon size={16} />} onClick={() => setMaking(true)} data-testid="make-key">
      {t('keys.make')}
    </Button>
  ) : null;
  const onMade = (done: MadeKey) => {
    setMaking(false);
    setMade(done);
  };
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t('keys.title')}</h1>
          <p className="hint">{t(mayWrite ? 'keys.hint' : 'keys.mayNot')}</p>
        </div>
        {keys.data?.length === 0 ? null : makeButton}
      </header>
      <Panel title={t('keys.all')} hint={t('keys.allHint')}>
        <QueryBody query={usage} height={240}>
          {({ zone }) => (
            <QueryBody query={keys} height={240}>
              {(found) =>
                found.length === 0 ? (
                  <div className="empty" data-testid="no-keys">
                    <p className="empty-title">{t('keys.empty')}</p>
                    <p className="hint">{t('keys.emptyHint')}</p>
                    {makeButton ? <p className="empty-action">{makeButton}</p> : null}
                  </div>
                ) : (
                  <KeyTable keys={found} zone={zone} mayWrite={mayWrite} onEnd={setEnding} />
                )
              }
            </QueryBody>
          )}
        </QueryBody>
      </Panel>
      {making ? <MakeKey account={account} onMade={onMade} onClose={() => setMaking(false)} /> : null}
      {ending ? <EndKey account={account} apiKey={ending} onClose={() => setEnding(null)} /> : null}
      {made ? (
        <SecretOnce
          title={t('keys.made', { name: made.key.name })}
          label={t('keys.one')}
          secret={made.secret}
          onClose={() => setMade(null)}
        />
      ) : null}
    </>
  );
}
