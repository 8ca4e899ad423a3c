// What a client remembers over connections: who it is, what it subscribed to and how far it has read.
import type { MessageFrame } from './frames.ts';
import type { SubscribeOptions } from './types.ts';

export interface Position {
  epoch: number;
  offset: number;
}

export interface Lost {
  channelName: string;
  channelType: 'MESSAGE' | 'USER';
  from: number | null;
  to: number | null;
}

interface Channel extends Position {
  options: SubscribeOptions;
}

export class Session {
  token: string;
  /** The key that resumes the session; null before the login and when the server no longer knows it. */
  key: string | null = null;
  readonly channels = new Map<string, Channel>();
  /** Number of the last USER message of this session; they have no other position. */
  userRead = 0;

  constructor(token: string) {
    this.token = token;
  }

  subscribed(name: string, options: SubscribeOptions, at: Position): void {
    this.channels.set(name, { options, ...at });
  }

  /** Notes a message as read. False for one that was read before: a resume may send it again. */
  read(message: MessageFrame): boolean {
    if (message.channel_type === 'USER') {
      this.userRead = message.offset;
      return true;
    }
    const channel = this.channels.get(message.channel);
    if (!channel) return true;
    if (message.epoch === channel.epoch && message.offset <= channel.offset) return false;
    channel.epoch = message.epoch;
    channel.offset = message.offset;
    return true;
  }

  /** For `hello.resume`. */
  positions(): { channel: string; epoch: number; offset: number }[] {
    return [...this.channels].map(([channel, { epoch, offset }]) => ({ channel, epoch, offset }));
  }

  /** Takes the position a new subscribe answered, and says what was lost since the last message read. */
  moved(name: string, now: Position): Lost | null {
    const channel = this.channels.get(name);
    if (!channel) return null;
    const { epoch, offset } = channel;
    channel.epoch = now.epoch;
    channel.offset = now.offset;
    if (epoch !== now.epoch) return { channelName: name, channelType: 'MESSAGE', from: null, to: null };
    return now.offset > offset ? { channelName: name, channelType: 'MESSAGE', from: offset + 1, to: now.offset } : null;
  }
}
