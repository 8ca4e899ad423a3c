// One WebSocket connection: requests and their replies, events, heartbeats. It does not reconnect; client.ts does.
import { codes, RTMBaseError } from './errors.ts';
import { type ErrorFrame, readFrame, type ServerFrame, subprotocol } from './frames.ts';
import type { WebSocketClass } from './types.ts';

export interface LinkHandlers {
  /** An event of the server (no reply). */
  onEvent(frame: ServerFrame): void;
  /** The connection is over. Called once, and only after `open` succeeded. `silent`: no pong came in time. */
  onEnd(silent: boolean): void;
}

interface Waiting {
  operation: string;
  resolve(frame: ServerFrame): void;
  reject(error: RTMBaseError): void;
  timer: ReturnType<typeof setTimeout>;
}

const replyMs = 10_000;
const openMs = 10_000;

export function errorOf(operation: string, frame: ErrorFrame): RTMBaseError {
  const { quota } = frame;
  return new RTMBaseError(operation, frame.number, frame.detail ? `${frame.text} (${frame.detail})` : frame.text, {
    serverCode: frame.number,
    ...(frame.retry_after_ms ? { retryAfterMs: frame.retry_after_ms } : {}),
    ...(quota
      ? { quota: { name: quota.name, meter: quota.meter, limit: quota.limit, used: quota.used, needed: quota.needed, resetAt: quota.reset_at } }
      : {}),
  });
}

export class WireLink {
  readonly #socket: WebSocket;
  readonly #handlers: LinkHandlers;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #ended = false;

  private constructor(socket: WebSocket, handlers: LinkHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = () => this.#end(false);
    // An error is always followed by a close; without this line Node would end the process.
    socket.onerror = () => undefined;
  }

  /** Opens a connection; rejects when it does not come about in ten seconds. */
  static open(Socket: WebSocketClass, address: string, handlers: LinkHandlers): Promise<WireLink> {
    return new Promise((resolve, reject) => {
      const socket = new Socket(address, subprotocol);
      const fail = (reason: string) => {
        clearTimeout(timer);
        socket.onclose = null;
        socket.onerror = () => undefined;
        socket.close();
        reject(new RTMBaseError('login', codes.notConnected, reason));
      };
      const timer = setTimeout(() => fail('the server does not answer'), openMs);
      socket.onerror = () => fail('the server cannot be reached');
      socket.onclose = () => fail('the server closed the connection');
      socket.onopen = () => {
        clearTimeout(timer);
        resolve(new WireLink(socket, handlers));
      };
    });
  }

  /** Sends a request and waits for its reply; `timeoutCode` is the error number when none comes in time. */
  request(operation: string, name: string, body: object, timeoutCode: number = codes.notConnected): Promise<ServerFrame> {
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        reject(new RTMBaseError(operation, codes.notConnected, 'the connection is closed'));
        return;
      }
      const id = this.#nextId++;
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new RTMBaseError(operation, timeoutCode, 'the server did not answer in time'));
      }, replyMs);
      this.#waiting.set(id, { operation, resolve, reject, timer });
      this.#socket.send(JSON.stringify({ request_id: id, [name]: body }));
    });
  }

  /** Pings every `seconds`; a ping without a pong within ten seconds ends the link. */
  beat(seconds: number): void {
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => {
      this.request('ping', 'ping', {}).catch(() => this.#end(true));
    }, seconds * 1000);
  }

  /** Ends the connection without telling the handlers. */
  close(): void {
    this.#ended = true;
    this.#release('the connection was closed');
    this.#socket.close(1000);
  }

  #receive(data: unknown): void {
    const frame = readFrame(data);
    if (frame === null || this.#ended) return;
    const waiting = frame.request_id ? this.#waiting.get(frame.request_id) : undefined;
    if (!waiting) {
      this.#handlers.onEvent(frame);
      return;
    }
    clearTimeout(waiting.timer);
    this.#waiting.delete(frame.request_id ?? 0);
    if (frame.error) waiting.reject(errorOf(waiting.operation, frame.error));
    else waiting.resolve(frame);
  }

  #end(silent: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.close();
    this.#release('the connection was lost');
    this.#handlers.onEnd(silent);
  }

  #release(reason: string): void {
    clearInterval(this.#heartbeat);
    for (const { operation, reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new RTMBaseError(operation, codes.notConnected, reason));
    }
    this.#waiting.clear();
  }
}
