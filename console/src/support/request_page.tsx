// One support request with its story: what was asked, what was answered, and a place to go on.
import { Button, Group, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useProjects, useUsage } from '../api/queries.ts';
import { useRequest } from '../api/queries_account.ts';
import { addComment, closeRequest, type SupportStory } from '../api/support.ts';
import { useMay } from '../session/may.ts';
import { useSession } from '../session/store.ts';
import { BackLink } from '../ui/back_link.tsx';
import { Panel } from '../ui/panel.tsx';
import { QueryBody } from '../ui/query_body.tsx';
import { Failed } from '../ui/states.tsx';
import { formatInstant } from '../ui/time.ts';
import { Due, StateBadge, useSupportNames } from './support_text.tsx';

function Story({ story, zone }: { story: SupportStory; zone: string }) {
  const { t, i18n } = useTranslation();
  const names = useSupportNames();
  return (
    <ol className="story" data-testid="story">
      {story.entries.map((entry) => (
        <li key={entry.number} className={entry.kind === 'answer' ? 'answer' : ''}>
          <p className="story-head">
            <strong>{names.entry(entry.kind)}</strong>
            <span className="hint">
              {t('support.by', { by: entry.by, at: formatInstant(entry.at, zone, i18n.language) })}
            </span>
          </p>
          {entry.text === '' ? null : <p className="story-text">{entry.text}</p>}
        </li>
      ))}
    </ol>
  );
}

function Write({ account, story }: { account: string; story: SupportStory }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { person } = useSession();
  const [words, setWords] = useState('');
  const refresh = async () => {
    setWords('');
    await client.invalidateQueries({ queryKey: ['account', account, 'support'] });
    await client.invalidateQueries({ queryKey: ['support'] });
  };
  const say = useMutation({ mutationFn: () => addComment(account, story.id, words), onSuccess: refresh });
  const close = useMutation({ mutationFn: () => closeRequest(account, story.id), onSuccess: refresh });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    say.mutate();
  };
  const error = say.error ?? close.error;
  const settled = story.state === 'closed' || story.state === 'answered';
  const operator = person.realm === 'operators';
  return (
    <form className="form" onSubmit={submit}>
      <Textarea
        label={t(operator ? 'support.answer' : 'support.write')}
        description={settled && !operator ? t('support.reopens') : undefined}
        name="comment"
        rows={4}
        maxLength={10_000}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      {error ? <Failed error={error} /> : null}
      <Group justify="flex-end">
        {story.state === 'closed' ? null : (
          <Button
            variant="default"
            loading={close.isPending}
            onClick={() => close.mutate()}
            data-testid="close-request"
          >
            {t('support.close')}
          </Button>
        )}
        <Button type="submit" disabled={words.trim() === ''} loading={say.isPending} data-testid="send-comment">
          {t('support.send')}
        </Button>
      </Group>
    </form>
  );
}

function Facts({ story, zone, project }: { story: SupportStory; zone: string; project: string | null }) {
  const { t, i18n } = useTranslation();
  const names = useSupportNames();
  const at = (instant: string) => formatInstant(instant, zone, i18n.language);
  const fact = (label: string, value: string) => (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
  return (
    <dl className="sheet-facts">
      <div>
        <dt>{t('support.state')}</dt>
        <dd data-testid="request-state">
          <StateBadge state={story.state} />
        </dd>
      </div>
      <div>
        <dt>{t('support.due')}</dt>
        <dd data-testid="request-due">
          <Due request={story} zone={zone} />
        </dd>
      </div>
      {fact(t('support.opened'), at(story.openedAt))}
      {story.answeredAt === null ? null : fact(t('support.answered'), at(story.answeredAt))}
      {fact(t('support.severity'), names.severity(story.severity))}
      {fact(t('support.channel'), names.channel(story.channel))}
      {project === null ? null : fact(t('support.project'), project)}
    </dl>
  );
}

export function RequestPage() {
  const { t } = useTranslation();
  const { account = '', request = '' } = useParams();
  const usage = useUsage(account);
  const projects = useProjects(account).data ?? [];
  const query = useRequest(account, request);
  const may = useMay(account)('support_write');
  const zone = usage.data?.zone ?? 'UTC';
  return (
    <>
      <div className="page-tools">
        <BackLink to={`/accounts/${encodeURIComponent(account)}/support`} title={t('support.title')} />
      </div>
      <QueryBody query={query} height={320}>
        {(story) => (
          <>
            <header className="page-head">
              <h1>{story.subject}</h1>
            </header>
            <Panel title={t('support.facts')}>
              <Facts
                story={story}
                zone={zone}
                project={projects.find(({ id }) => id === story.project)?.name ?? story.project}
              />
            </Panel>
            <Panel title={t('support.story')} className="stack">
              <Story story={story} zone={zone} />
              {may ? <Write account={account} story={story} /> : null}
            </Panel>
          </>
        )}
      </QueryBody>
    </>
  );
}
