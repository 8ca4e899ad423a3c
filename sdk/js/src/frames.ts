// The JSON frames of the subprotocol postage.v1.json (docs/protocol.md), as far as the SDK uses them.

export const subprotocol = 'postage.v1.json';

export interface QuotaFrame {
  name: string;
  meter?: string;
  limit?: string;
  used?: string;
  needed?: string;
  reset_at?: number;
}
export interface ErrorFrame {
  number: number;
  name: string;
  text: string;
  retry?: 'no' | 'later' | 'resync' | 'login';
  detail?: string;
  retry_after_ms?: number;
  quota?: QuotaFrame;
}
export interface HelloFrame {
  resumed: boolean;
  timestamp: number;
}
export interface LoginFrame {
  session: string;
  timestamp: number;
  heartbeat_seconds: number;
  resume_seconds: number;
}
export interface PositionFrame {
  timestamp: number;
  epoch?: number;
  offset?: number;
  units?: number;
}
export interface MessageFrame {
  channel: string;
  channel_type: 'MESSAGE' | 'USER';
  publisher: string;
  payload?: string;
  payload_base64?: string;
  custom_type?: string;
  epoch: number;
  offset: number;
  timestamp: number;
}
export interface ResumedFrame {
  session: string;
  complete: boolean;
  user_gap?: { from: number; to: number };
  channels?: { channel: string; epoch: number; gap?: { from: number; to: number; epoch_changed: boolean } }[];
}
export interface ByeFrame {
  number: number;
  name: string;
  text: string;
  may_resume: boolean;
  detail?: string;
  reconnect_after_ms?: number;
}
export interface ServerFrame {
  request_id?: number;
  hello?: HelloFrame;
  login?: LoginFrame;
  error?: ErrorFrame;
  message?: MessageFrame;
  resumed?: ResumedFrame;
  bye?: ByeFrame;
  token_will_expire?: { expires_at: number };
  [reply: string]: unknown;
}

/** The frame, or null for what is no frame. */
export function readFrame(data: unknown): ServerFrame | null {
  if (typeof data !== 'string') return null;
  try {
    const frame: unknown = JSON.parse(data);
    return typeof frame === 'object' && frame !== null ? (frame as ServerFrame) : null;
  } catch {
    return null;
  }
}

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
