import { Button, Select, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useProjects } from '../api/queries.ts';
import type { Project } from '../api/types.ts';
import { formatQuantity } from '../exact/decimal.ts';
import { SendIcon } from '../ui/icons.tsx';
import { Panel } from '../ui/panel.tsx';
import { Empty, Failed, Loading } from '../ui/states.tsx';
import { formatSecond } from '../ui/time.ts';
import { payloadBytes } from './units.ts';
import { type Live, type LiveMessage, type LiveState, useLive } from './use_live.ts';

/** The channel that `postage demo` keeps alive with a trickle of traffic. */
const firstChannel = 'lobby';

function LiveBadge({ state }: { state: LiveState }) {
  const { t } = useTranslation();
  return (
    <span className={`badge live-${state}`} role="status" data-testid="live-state" data-state={state}>
      <span className="dot" aria-hidden="true" />
      {t(`live.state.${state}`)}
    </span>
  );
}

function MessageRow({ message, zone }: { message: LiveMessage; zone: string }) {
  const { t, i18n } = useTranslation();
  if (message.gap) return <li className="message-gap">{t('live.gap')}</li>;
  return (
    <li className={message.own ? 'message own' : 'message'}>
      <p className="message-head">
        <span>{message.own ? t('live.you') : message.publisher}</span>
        <time dateTime={new Date(message.at).toISOString()}>{formatSecond(message.at, zone, i18n.language)}</time>
      </p>
      <p className="message-text">{message.text}</p>
      <p className="message-cost" data-testid="message-cost">
        {t(message.own ? 'live.cost' : 'live.costCopy', { count: message.units })}
      </p>
    </li>
  );
}

function Messages({ messages, zone }: { messages: LiveMessage[]; zone: string }) {
  const { t } = useTranslation();
  const end = useRef<HTMLUListElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new message scrolls the list to its end.
  useEffect(() => {
    end.current?.scrollTo({ top: end.current.scrollHeight });
  }, [messages.length]);
  if (messages.length === 0) return <Empty title={t('live.empty')}>{t('live.emptyHint')}</Empty>;
  return (
    <ul
      className="messages"
      ref={end}
      aria-live="polite"
      aria-label={t('live.messages')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling box must be reachable by keyboard.
      tabIndex={0}
      data-testid="messages"
    >
      {messages.map((message) => (
        <MessageRow key={message.key} message={message} zone={zone} />
      ))}
    </ul>
  );
}

function Composer({ live }: { live: Live }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [sending, setSending] = useState(false);
  const [settled] = useDebouncedValue(text, 250);
  const price = useQuery({
    queryKey: ['price', settled],
    queryFn: () => live.price(settled),
    enabled: live.state === 'on' && settled !== '',
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const send = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (text === '' || sending) return;
    setSending(true);
    // A refusal is shown above the box, and the text stays for another try.
    await live.publish(text).then(
      () => setText(''),
      () => undefined,
    );
    setSending(false);
  };
  const hint = () => {
    if (text === '') return t('live.priceHint');
    const bytes = formatQuantity(payloadBytes(text).toString());
    return price.data && settled === text ? t('live.price', { bytes, count: price.data }) : t('live.bytes', { bytes });
  };
  return (
    <form className="composer" onSubmit={send}>
      <TextInput
        aria-label={t('live.write')}
        placeholder={t('live.write')}
        value={text}
        maxLength={32_768}
        disabled={live.state !== 'on'}
        onChange={(event) => setText(event.currentTarget.value)}
        autoComplete="off"
      />
      <Button
        type="submit"
        loading={sending}
        disabled={live.state !== 'on' || text === ''}
        leftSection={<SendIcon size={16} />}
      >
        {t('live.send')}
      </Button>
      <p className="hint" data-testid="price">
        {hint()}
      </p>
    </form>
  );
}

interface PanelProps {
  account: string;
  userId: string;
  zone: string;
  onUse(): void;
  onState(on: boolean): void;
}

function Connected({ account, projects, userId, zone, onUse, onState }: PanelProps & { projects: Project[] }) {
  const { t } = useTranslation();
  const usable = projects.filter((project) => !project.disabled);
  const [chosen, setChosen] = useState<string | null>(null);
  const [channel, setChannel] = useState(firstChannel);
  const project = usable.find(({ id }) => id === chosen) ?? usable[0];
  const live = useLive({ project, userId, channel, onUse });
  const on = live.state === 'on';
  useEffect(() => onState(on), [on, onState]);
  useEffect(() => () => onState(false), [onState]);
  if (!project) {
    return (
      <Empty title={t('live.noProject')}>
        {t('live.noProjectHint')}{' '}
        <Link to={`/accounts/${encodeURIComponent(account)}/projects`}>{t('projects.first')}</Link>
      </Empty>
    );
  }
  const off = live.state === 'off' || live.state === 'failed';
  return (
    <div className="live">
      <div className="live-where">
        <Select
          aria-label={t('live.project')}
          data={usable.map(({ id, name }) => ({ value: id, label: name }))}
          value={project.id}
          onChange={(value) => setChosen(value)}
          allowDeselect={false}
          disabled={!off}
          size="sm"
        />
        <TextInput
          aria-label={t('live.channel')}
          leftSection="#"
          value={channel}
          maxLength={64}
          disabled={!off}
          onChange={(event) => setChannel(event.currentTarget.value)}
          size="sm"
        />
      </div>
      <div className="live-controls">
        <LiveBadge state={live.state} />
        {off ? (
          <Button size="sm" disabled={channel === ''} onClick={() => void live.connect()} data-testid="connect">
            {t('live.connect')}
          </Button>
        ) : (
          <Button size="sm" variant="default" onClick={live.disconnect}>
            {t('live.disconnect')}
          </Button>
        )}
      </div>
      {live.error ? <Failed error={live.error} /> : null}
      {off && live.messages.length === 0 ? (
        <Empty title={t('live.off')}>{t('live.offHint')}</Empty>
      ) : (
        <Messages messages={live.messages} zone={zone} />
      )}
      <Composer live={live} />
    </div>
  );
}

/** The demo channel: the page as a client, each message with its price, the meters moving beside it. */
export function LivePanel(props: PanelProps) {
  const { t } = useTranslation();
  const projects = useProjects(props.account);
  return (
    <Panel title={t('live.title')} hint={t('live.hint')} className="live-panel">
      {projects.data ? (
        <Connected {...props} projects={projects.data} />
      ) : projects.error ? (
        <Failed error={projects.error} retry={() => projects.refetch()} />
      ) : (
        <Loading height={260} />
      )}
    </Panel>
  );
}
