// A real client in the page: a connection that counts, messages that cost.
import { type LinkStateEvent, type MessageEvent, RTM, RTMBaseError } from 'postage-rtm';
import { useCallback, useEffect, useRef, useState } from 'react';
import { makeToken } from '../api/calls.ts';
import type { Project } from '../api/types.ts';
import { payloadBytes, unitsOf } from './units.ts';

const tokenSeconds = 3600;
const kept = 50;

export interface LiveMessage {
  key: number;
  own: boolean;
  publisher: string;
  text: string;
  at: number;
  /** Units this message counted in all when we sent it, else those of our copy. */
  units: number;
  bytes: number;
  gap?: boolean;
}

export type LiveState = 'off' | 'connecting' | 'on' | 'healing' | 'failed';

const liveStates: Record<LinkStateEvent['currentState'], LiveState> = {
  IDLE: 'off',
  CONNECTING: 'connecting',
  CONNECTED: 'on',
  DISCONNECTED: 'healing',
  SUSPENDED: 'healing',
  FAILED: 'failed',
};

export interface Live {
  state: LiveState;
  messages: LiveMessage[];
  error: unknown;
  connect(): Promise<void>;
  disconnect(): void;
  publish(text: string): Promise<void>;
  price(text: string): Promise<number>;
}

interface Options {
  project: Project | undefined;
  userId: string;
  channel: string;
  /** Called after each message and connection: the meters have moved. */
  onUse(): void;
}

function textOf(message: MessageEvent['message']): string {
  return typeof message === 'string' ? message : `⟨${message.length} B⟩`;
}

export function useLive({ project, userId, channel, onUse }: Options): Live {
  const [state, setState] = useState<LiveState>('off');
  const [messages, setMessages] = useState<LiveMessage[]>([]);
  const [error, setError] = useState<unknown>(null);
  const client = useRef<RTM | null>(null);
  const key = useRef(0);
  const used = useRef(onUse);
  used.current = onUse;

  const add = useCallback((message: Omit<LiveMessage, 'key'>) => {
    key.current += 1;
    const entry = { ...message, key: key.current };
    setMessages((list) => [...list, entry].slice(-kept));
    used.current();
  }, []);

  const disconnect = useCallback(() => {
    const old = client.current;
    client.current = null;
    old?.removeAllListeners();
    // Whatever the server answers, this page is done with the connection.
    old?.logout().then(
      () => used.current(),
      () => undefined,
    );
    setState('off');
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another project or channel ends the connection to the one before.
  useEffect(() => {
    setMessages([]);
    setError(null);
    return disconnect;
  }, [project?.id, channel, disconnect]);

  const listen = (rtm: RTM) => {
    rtm.addEventListener('linkState', (event) => {
      setState(liveStates[event.currentState]);
      if (event.currentState === 'FAILED')
        setError(new RTMBaseError('link', 0, event.reason, event.quota ? { quota: event.quota } : {}));
      used.current();
    });
    rtm.addEventListener('gap', (event) =>
      add({ own: false, publisher: '', text: '', at: event.timestamp, units: 0, bytes: 0, gap: true }),
    );
    rtm.addEventListener('message', (event) => {
      // Our own message is shown with what it cost in all when the server's answer to the publish comes.
      if (event.publisher === userId) return;
      const text = textOf(event.message);
      const bytes = typeof event.message === 'string' ? payloadBytes(text) : event.message.length;
      add({ own: false, publisher: event.publisher, text, at: event.timestamp, units: unitsOf(bytes), bytes });
    });
    rtm.addEventListener('tokenPrivilegeWillExpire', () => {
      if (!project) return;
      // A failed renewal shows itself: the link ends with TOKEN_EXPIRED.
      makeToken(project.id, userId, tokenSeconds).then(
        ({ token }) => rtm.renewToken(token),
        () => undefined,
      );
    });
  };

  const connect = async () => {
    if (!project) return;
    setError(null);
    setState('connecting');
    try {
      const { token } = await makeToken(project.id, userId, tokenSeconds);
      const rtm = new RTM(project.appId, userId);
      client.current = rtm;
      listen(rtm);
      await rtm.login({ token });
      await rtm.subscribe(channel, { withPresence: false });
      used.current();
    } catch (failure) {
      client.current?.removeAllListeners();
      client.current?.logout().catch(() => undefined);
      client.current = null;
      setError(failure);
      setState('failed');
    }
  };

  const publish = async (text: string) => {
    const rtm = client.current;
    if (!rtm) return;
    setError(null);
    try {
      const answer = await rtm.publish(channel, text);
      add({ own: true, publisher: userId, text, at: answer.timestamp, units: answer.units, bytes: payloadBytes(text) });
    } catch (failure) {
      setError(failure);
      used.current();
      throw failure;
    }
  };

  const price = async (text: string) => {
    const rtm = client.current;
    return rtm ? (await rtm.publish(channel, text, { dryRun: true })).units : 0;
  };

  return { state, messages, error, connect, disconnect, publish, price };
}
