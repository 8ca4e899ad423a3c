// The client: the methods of `agora-rtm` 2.x, its link states, and the healing of the connection.
import { type Connected, connect, positionOf, subscribeBody } from './connector.ts';
import { Emitter } from './emitter.ts';
import { codes, RTMBaseError } from './errors.ts';
import { type ByeFrame, fromBase64, type MessageFrame, type ServerFrame, toBase64 } from './frames.ts';
import { addressesOf, webSocketClass } from './host.ts';
import { backOffMs, disconnectedMs, reasonOf, statusOf, suspendedMs } from './reasons.ts';
import { type Lost, Session } from './session.ts';
import type * as Rtm from './types.ts';
import type { WireLink } from './wire_link.ts';

/** Ends of a session that no reconnect may undo. */
const fatal = new Set([-10002, -10003, -10005, -10006, -10009, -10012, -10015, -16004, -16005]);

function checkUserId(userId: unknown): asserts userId is string {
  if (typeof userId !== 'string' || userId === '' || userId === 'null' || userId.length > 64) {
    throw new RTMBaseError('init', codes.invalidUserId, 'the user ID must be a text of 1 to 64 characters and not "null"');
  }
}

export class RTMClient extends Emitter<Rtm.RTMClientEventMap> {
  readonly #who: { appId: string; userId: string; config: Rtm.RTMConfig };
  readonly #addresses: string[];
  #state: Rtm.LinkState = 'IDLE';
  #session: Session | null = null;
  #link: WireLink | null = null;
  /** Grows whenever what runs now is overtaken: a login, a logout, a fatal end. */
  #turn = 0;
  #attempt = 0;
  #lostAt = 0;
  #bye: ByeFrame | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Throws RTMBaseError on a bad App ID, user ID or host. Connects only at `login`. */
  constructor(appId: string, userId: string, config: Rtm.RTMConfig = {}) {
    super();
    if (typeof appId !== 'string' || appId === '') throw new RTMBaseError('init', codes.invalidAppId, 'the App ID must be a text');
    checkUserId(userId);
    this.#who = { appId, userId, config };
    this.#addresses = addressesOf(config);
  }

  /** Logs in; a login that still runs is rejected with -10023. */
  async login(options: Rtm.LoginOptions = {}): Promise<Rtm.LoginResponse> {
    this.#drop();
    const turn = this.#turn;
    const session = new Session(options.token ?? '');
    this.#session = session;
    this.#move('CONNECTING', 'LOGIN', 'LOGIN');
    try {
      const connected = await this.#connect(session, turn);
      this.#connected(connected, 'LOGIN', 'LOGIN_SUCCESS');
      return { timestamp: connected.timestamp };
    } catch (error) {
      if (turn === this.#turn) {
        const failure = error as RTMBaseError;
        this.#session = null;
        this.#move('FAILED', 'LOGIN', reasonOf(failure.errorCode), { quota: failure.quota });
      }
      throw error;
    }
  }

  /** Ends the session; every subscription is forgotten. */
  async logout(): Promise<Rtm.LogoutResponse> {
    const link = this.#link;
    let timestamp = Date.now();
    if (link) {
      // The session ends in any case: a server that cannot be told any more will notice by itself.
      const frame = await link.request('logout', 'logout', {}).catch(() => null);
      timestamp = frame ? positionOf(frame, 'logout').timestamp : timestamp;
    }
    this.#drop();
    this.#session = null;
    this.#move('IDLE', 'LOGOUT', 'LOGOUT');
    return { timestamp };
  }

  async subscribe(channelName: string, options: Rtm.SubscribeOptions = {}): Promise<Rtm.SubscribeResponse> {
    const [link, session] = this.#ready('subscribe');
    const frame = await link.request('subscribe', 'subscribe', subscribeBody(channelName, options), codes.subscribeTimeout);
    const position = positionOf(frame, 'subscribe');
    session.subscribed(channelName, options, position);
    return { timestamp: position.timestamp, channelName };
  }

  async unsubscribe(channelName: string): Promise<Rtm.UnsubscribeResponse> {
    const [link, session] = this.#ready('unsubscribe');
    const frame = await link.request('unsubscribe', 'unsubscribe', { channel: channelName }, codes.unsubscribeFailed);
    session.channels.delete(channelName);
    return { timestamp: positionOf(frame, 'unsubscribe').timestamp, channelName };
  }

  async publish(channelName: string, message: string | Uint8Array | ArrayBuffer, options: Rtm.PublishOptions = {}): Promise<Rtm.PublishResponse> {
    const [link] = this.#ready('publish');
    const bytes = message instanceof ArrayBuffer ? new Uint8Array(message) : message;
    if (typeof bytes !== 'string' && !(bytes instanceof Uint8Array)) {
      throw new RTMBaseError('publish', codes.invalidMessage, 'a message is a text or bytes');
    }
    const body = {
      channel: channelName,
      channel_type: options.channelType ?? 'MESSAGE',
      ...(typeof bytes === 'string' ? { payload: bytes } : { payload_base64: toBase64(bytes) }),
      ...(options.customType ? { custom_type: options.customType } : {}),
      ...(options.storeInHistory ? { store_in_history: true } : {}),
      ...(options.dryRun ? { dry_run: true } : {}),
    };
    const position = positionOf(await link.request('publish', 'publish', body, codes.publishTimeout), 'publish');
    return { timestamp: position.timestamp, channelName, units: position.units ?? 0 };
  }

  /** Gives the session a new token before the old one ends; it also serves later reconnects. */
  async renewToken(token: string): Promise<Rtm.RenewTokenResponse> {
    const [link, session] = this.#ready('renewToken');
    const frame = await link.request('renewToken', 'renew_token', { token }, codes.renewTokenTimeout);
    session.token = token;
    return { timestamp: positionOf(frame, 'renew_token').timestamp };
  }

  #ready(operation: string): [WireLink, Session] {
    if (this.#link && this.#session) return [this.#link, this.#session];
    const waiting = this.#session !== null;
    throw new RTMBaseError(operation, waiting ? codes.notConnected : codes.notLogin, waiting ? 'there is no connection now' : 'log in first');
  }

  /** Forgets link, timers and attempts; whatever still runs finds out by its turn. */
  #drop(): void {
    this.#turn += 1;
    this.#attempt = 0;
    this.#bye = null;
    clearTimeout(this.#timer);
    this.#link?.close();
    this.#link = null;
  }

  async #connect(session: Session, turn: number): Promise<Connected> {
    const Socket = await webSocketClass(this.#who.config);
    const address = this.#addresses[this.#attempt % this.#addresses.length] ?? '';
    // The connection may end between its last frame and the moment this function goes on.
    let over: boolean | null = null;
    let taken = false;
    const handlers = {
      onEvent: (frame: ServerFrame) => {
        if (turn === this.#turn) this.#event(frame, session);
      },
      onEnd: (silent: boolean) => {
        over = silent;
        if (taken && turn === this.#turn) this.#lost(silent);
      },
    };
    const connected = await connect(Socket, address, this.#who, session, handlers);
    if (turn !== this.#turn) {
      connected.link.close();
      throw new RTMBaseError('login', codes.loginCanceled, 'a newer login or a logout overtook this one');
    }
    if (over !== null) throw new RTMBaseError('login', codes.notConnected, 'the connection was lost');
    taken = true;
    return connected;
  }

  #connected({ link, resumed, unrestored, lost, timestamp }: Connected, operation: Rtm.LinkOperation, reason: Rtm.LinkReason): void {
    this.#link = link;
    this.#attempt = 0;
    this.#bye = null;
    this.#move('CONNECTED', operation, reason, { isResumed: resumed, unrestoredChannels: unrestored, timestamp });
    for (const gap of lost) this.#gap(gap, timestamp);
  }

  #gap(lost: Lost, timestamp: number): void {
    this.emit('gap', { ...lost, timestamp });
  }

  /** The connection ended by itself: heal it, unless the server said that it is over for good. */
  #lost(silent: boolean): void {
    this.#link = null;
    this.#lostAt = Date.now();
    const bye = this.#bye;
    if (bye && fatal.has(bye.number)) {
      this.#fail(bye.number, bye.detail ?? bye.text);
      return;
    }
    if (bye && !bye.may_resume && this.#session) this.#session.key = null;
    this.#move('DISCONNECTED', silent ? 'HEARTBEAT_TIMEOUT' : 'AUTO_RECONNECT', silent ? 'KEEP_ALIVE_TIMEOUT' : 'CONNECTION_ERROR');
    this.#retryIn(Math.max(backOffMs(0, Math.random()), bye?.reconnect_after_ms ?? 0));
  }

  #retryIn(ms: number): void {
    const turn = this.#turn;
    this.#timer = setTimeout(() => {
      if (turn === this.#turn) void this.#reconnect(turn);
    }, ms);
  }

  async #reconnect(turn: number): Promise<void> {
    const session = this.#session;
    if (!session) return;
    this.#bye = null;
    this.#move('CONNECTING', 'AUTO_RECONNECT', 'AUTO_RECONNECT');
    try {
      const connected = await this.#connect(session, turn);
      this.#connected(connected, 'RECONNECTED', 'RECONNECT_SUCCESS');
    } catch (error) {
      if (turn !== this.#turn) return;
      const failure = error as RTMBaseError;
      if (fatal.has(failure.errorCode)) {
        this.#fail(failure.errorCode, failure.reason, failure);
        return;
      }
      this.#attempt += 1;
      const long = Date.now() - this.#lostAt >= disconnectedMs;
      this.#move(long ? 'SUSPENDED' : 'DISCONNECTED', 'AUTO_RECONNECT', 'CONNECTION_ERROR');
      this.#retryIn(Math.max(long ? suspendedMs : backOffMs(this.#attempt, Math.random()), failure.retryAfterMs ?? 0));
    }
  }

  #fail(number: number, reason: string, error?: RTMBaseError): void {
    this.#drop();
    this.#session = null;
    this.#move('FAILED', 'SERVER_REJECT', reasonOf(number), { reason, quota: error?.quota });
  }

  #event(frame: ServerFrame, session: Session): void {
    if (frame.message) this.#message(frame.message, session);
    else if (frame.bye) this.#bye = frame.bye;
    else if (frame.token_will_expire) this.emit('tokenPrivilegeWillExpire', '');
  }

  #message(frame: MessageFrame, session: Session): void {
    if (!session.read(frame)) return;
    const binary = frame.payload_base64 !== undefined;
    this.emit('message', {
      channelType: frame.channel_type,
      channelName: frame.channel,
      topicName: '',
      messageType: binary ? 'BINARY' : 'STRING',
      customType: frame.custom_type ?? '',
      message: binary ? fromBase64(frame.payload_base64 ?? '') : (frame.payload ?? ''),
      publisher: frame.publisher,
      timestamp: frame.timestamp,
    });
  }

  #move(state: Rtm.LinkState, operation: Rtm.LinkOperation, reasonCode: Rtm.LinkReason, more: Partial<Rtm.LinkStateEvent> = {}): void {
    const previousState = this.#state;
    this.#state = state;
    const event: Rtm.LinkStateEvent = {
      currentState: state,
      previousState,
      serviceType: 'MESSAGE',
      operation,
      reason: reasonCode.toLowerCase().replaceAll('_', ' '),
      reasonCode,
      affectedChannels: [...(this.#session?.channels.keys() ?? [])],
      unrestoredChannels: [],
      isResumed: false,
      timestamp: Date.now(),
      ...more,
    };
    this.emit('linkState', event);
    this.emit('status', { state: statusOf(state, previousState), reason: event.reason, timestamp: event.timestamp });
  }
}
