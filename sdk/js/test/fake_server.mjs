// A server of the protocol's JSON form for tests: it answers what a test tells it to and remembers what it was asked.
import { once } from 'node:events';
import { WebSocketServer } from 'ws';

export const session = '00112233445566778899aabbccddeeff';

export class FakeServer {
  /** Connections in the order in which they came. */
  sockets = [];
  /** Requests in the order in which they came: {name, body, socket}. */
  asked = [];
  /** Answers by request name: a body, or a function of the request's body that gives one; null is silence. */
  answers = {
    hello: { protocol_version: 1, resumed: false, timestamp: 1 },
    login: { session, timestamp: 2, heartbeat_seconds: 1800, resume_seconds: 120 },
    subscribe: { timestamp: 3, epoch: 7, offset: 10 },
    unsubscribe: { timestamp: 4 },
    publish: { epoch: 7, offset: 11, timestamp: 5, units: 2 },
    renew_token: { timestamp: 6 },
    logout: { timestamp: 7 },
    ping: { timestamp: 8 },
  };
  #waiting = [];

  static async start() {
    const server = new FakeServer();
    server.door = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: (offered) => [...offered][0] });
    await once(server.door, 'listening');
    server.host = `127.0.0.1:${server.door.address().port}`;
    server.door.on('connection', (socket) => server.#take(socket));
    return server;
  }

  async stop() {
    for (const socket of this.sockets) socket.terminate();
    await new Promise((resolve) => this.door.close(resolve));
  }

  /** The next request with this name, also one that has come already and was not taken yet. */
  next(name) {
    const index = this.asked.findIndex((entry) => entry.name === name && !entry.taken);
    if (index >= 0) {
      this.asked[index].taken = true;
      return Promise.resolve(this.asked[index]);
    }
    return new Promise((resolve) => this.#waiting.push({ name, resolve }));
  }

  send(frame, socket = this.sockets.at(-1)) {
    socket.send(JSON.stringify(frame));
  }

  #take(socket) {
    this.sockets.push(socket);
    socket.on('message', (data) => {
      const { request_id, ...rest } = JSON.parse(String(data));
      const [name, body] = Object.entries(rest)[0];
      const made = this.answers[name];
      const answer = typeof made === 'function' ? made(body, socket) : made;
      if (answer?.error) socket.send(JSON.stringify({ request_id, error: answer.error }));
      else if (answer) socket.send(JSON.stringify({ request_id, [name === 'ping' ? 'pong' : name]: answer }));
      this.#note({ name, body, socket, taken: false });
    });
  }

  #note(entry) {
    this.asked.push(entry);
    const index = this.#waiting.findIndex(({ name }) => name === entry.name);
    if (index < 0) return;
    entry.taken = true;
    this.#waiting.splice(index, 1)[0].resolve(entry);
  }
}

/** The next event `name` of `client` that `fits`. */
export function eventOf(client, name, fits = () => true) {
  return new Promise((resolve) => {
    const listener = (event) => {
      if (!fits(event)) return;
      client.off(name, listener);
      resolve(event);
    };
    client.on(name, listener);
  });
}
