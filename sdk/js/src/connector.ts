// From nothing to a link that is logged in: hello, resume or login, subscriptions. One attempt; client.ts decides about
// the next.
import { codes, RTMBaseError } from './errors.ts';
import type { LoginFrame, PositionFrame, ResumedFrame, ServerFrame } from './frames.ts';
import type { Lost, Position, Session } from './session.ts';
import type { RTMConfig, SubscribeOptions, WebSocketClass } from './types.ts';
import { type LinkHandlers, WireLink } from './wire_link.ts';

export interface Connected {
  link: WireLink;
  timestamp: number;
  resumed: boolean;
  unrestored: string[];
  lost: Lost[];
}

export interface Who {
  appId: string;
  userId: string;
  config: RTMConfig;
}

const sessionUnknown = -16008;

export function subscribeBody(channel: string, options: SubscribeOptions): object {
  return {
    channel,
    with_message: options.withMessage ?? true,
    with_presence: options.withPresence ?? true,
    with_metadata: options.withMetadata ?? false,
    with_lock: options.withLock ?? false,
    be_quiet: options.beQuiet ?? false,
  };
}

export function positionOf(frame: ServerFrame, reply: string): PositionFrame & Position {
  const found = frame[reply] as PositionFrame | undefined;
  return { ...found, timestamp: found?.timestamp ?? 0, epoch: found?.epoch ?? 0, offset: found?.offset ?? 0 };
}

/** Collects the `resumed` frames that follow a resume; all other events go on to the handlers. */
class ResumeWatch {
  readonly lost: Lost[] = [];
  readonly done: Promise<void>;
  #finish: () => void = () => undefined;
  readonly #session: Session;
  readonly #userId: string;

  constructor(session: Session, userId: string) {
    this.#session = session;
    this.#userId = userId;
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  take({ session, channels, complete, user_gap: userGap }: ResumedFrame): void {
    this.#session.key = session;
    if (userGap) {
      this.lost.push({ channelName: this.#userId, channelType: 'USER', from: userGap.from, to: userGap.to });
      this.#session.userRead = Math.max(this.#session.userRead, userGap.to);
    }
    for (const { channel, epoch, gap } of channels ?? []) {
      const known = this.#session.channels.get(channel);
      if (!gap || !known) continue;
      const [from, to] = gap.epoch_changed ? [null, null] : [gap.from, gap.to];
      this.lost.push({ channelName: channel, channelType: 'MESSAGE', from, to });
      known.epoch = epoch;
      known.offset = gap.epoch_changed ? 0 : gap.to;
    }
    if (complete) this.#finish();
  }

  /** The handlers were told that the link ended: nobody waits any longer. */
  abandon(): void {
    this.#finish();
  }
}

async function logIn(link: WireLink, who: Who, session: Session): Promise<number> {
  session.userRead = 0; // Before the login: the new session's first message may come right behind its answer.
  const frame = await link.request(
    'login',
    'login',
    {
      app_id: who.appId,
      user_id: who.userId,
      token: session.token || who.appId,
      heartbeat_seconds: who.config.heartbeatInterval ?? 0,
      presence_timeout_seconds: who.config.presenceTimeout ?? 0,
    },
    codes.loginTimeout,
  );
  const login = frame.login as LoginFrame;
  session.key = login.session;
  link.beat(login.heartbeat_seconds || 5);
  return login.timestamp;
}

/** Subscribes again to what the session had; says which could not be restored and what was missed. */
async function restore(link: WireLink, session: Session): Promise<{ unrestored: string[]; lost: Lost[] }> {
  const unrestored: string[] = [];
  const lost: Lost[] = [];
  for (const [name, { options }] of [...session.channels]) {
    try {
      const frame = await link.request('subscribe', 'subscribe', subscribeBody(name, options), codes.subscribeTimeout);
      const gap = session.moved(name, positionOf(frame, 'subscribe'));
      if (gap) lost.push(gap);
    } catch (error) {
      if ((error as RTMBaseError).errorCode === codes.notConnected) throw error;
      session.channels.delete(name);
      unrestored.push(name);
    }
  }
  return { unrestored, lost };
}

/** Connects, and resumes the session if it has been logged in before. Rejects with RTMBaseError. */
export async function connect(Socket: WebSocketClass, address: string, who: Who, session: Session, handlers: LinkHandlers): Promise<Connected> {
  const watch = new ResumeWatch(session, who.userId);
  let ended = false;
  const link = await WireLink.open(Socket, address, {
    onEvent: (frame) => (frame.resumed ? watch.take(frame.resumed) : handlers.onEvent(frame)),
    onEnd: (silent) => {
      ended = true;
      watch.abandon();
      handlers.onEnd(silent);
    },
  });
  try {
    const resume = session.key ? { resume: { session: session.key, channels: session.positions(), user: { offset: session.userRead } } } : {};
    const hello = await link.request('login', 'hello', { protocol_version: 1, client_name: 'postage-rtm-js', client_version: '0.1.0', ...resume });
    if (hello.hello?.resumed) {
      await watch.done;
      if (ended) throw new RTMBaseError('login', codes.notConnected, 'the connection was lost');
      link.beat(who.config.heartbeatInterval || 5);
      return { link, timestamp: hello.hello.timestamp, resumed: true, unrestored: [], lost: watch.lost };
    }
    const timestamp = await logIn(link, who, session);
    return { link, timestamp, resumed: false, ...(await restore(link, session)) };
  } catch (error) {
    if ((error as RTMBaseError).errorCode === sessionUnknown) session.key = null;
    link.close();
    throw error;
  }
}

