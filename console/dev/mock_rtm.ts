// The message path of the development server: one channel space, the frames of postage.v1.json, units counted.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { accounts, extra } from './mock_data.ts';

interface Client {
  socket: WebSocket;
  account: string;
  user: string;
  channels: Set<string>;
}

interface Publish {
  channel: string;
  payload: string;
  dry_run?: boolean;
}

const clients = new Set<Client>();
let offset = 0;

function count(account: string, units: number, open = 0): void {
  const now = extra[account] ?? { units: 0, open: 0 };
  extra[account] = { units: now.units + units, open: now.open + open };
}

function publish(client: Client, { channel, payload, dry_run }: Publish): object {
  const receivers = [...clients].filter((other) => other.account === client.account && other.channels.has(channel));
  const units = Math.max(1, Math.ceil(Buffer.byteLength(payload) / 1024)) * (1 + receivers.length);
  const timestamp = Date.now();
  if (accounts[client.account]?.plan === 'free') {
    const quota = {
      number: -17002,
      name: 'quota_messages',
      meter: 'messages',
      limit: '3000000',
      used: '3000000',
      needed: String(units),
    };
    return {
      error: {
        number: -11025,
        name: 'channel_publish_message_too_frequent',
        text: 'too many publishes, or the message quota is used up',
        quota,
      },
    };
  }
  if (dry_run) return { publish: { units, timestamp } };
  count(client.account, units);
  offset += 1;
  const message = { channel, channel_type: 'MESSAGE', publisher: client.user, payload, epoch: 1, offset, timestamp };
  for (const receiver of receivers) receiver.socket.send(JSON.stringify({ message }));
  return { publish: { epoch: 1, offset, timestamp, units } };
}

function answer(client: Client, frame: Record<string, never>): object {
  const timestamp = Date.now();
  if (frame.hello) return { hello: { protocol_version: 1, resumed: false, timestamp } };
  if (frame.login) {
    const { token, user_id } = frame.login as { token: string; user_id: string };
    client.account = token;
    client.user = user_id;
    count(token, 1, 1);
    return { login: { session: '00'.repeat(16), timestamp, heartbeat_seconds: 5, resume_seconds: 120 } };
  }
  if (frame.subscribe) {
    client.channels.add((frame.subscribe as { channel: string }).channel);
    count(client.account, 1);
    return { subscribe: { timestamp, epoch: 1, offset } };
  }
  if (frame.publish) return publish(client, frame.publish as Publish);
  if (frame.logout) return { logout: { timestamp } };
  return { pong: { timestamp } };
}

export function attachRtm(server: Server): void {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'postage.v1.json' });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!request.url?.startsWith('/rtm')) return;
    sockets.handleUpgrade(request, socket, head, (opened) => {
      const client: Client = { socket: opened, account: '', user: '', channels: new Set() };
      clients.add(client);
      opened.on('message', (data) => {
        const frame = JSON.parse(String(data));
        opened.send(JSON.stringify({ request_id: frame.request_id, ...answer(client, frame) }));
      });
      opened.on('close', () => {
        clients.delete(client);
        if (client.account) count(client.account, 0, -1);
      });
    });
  });
}
