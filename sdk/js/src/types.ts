// The public shapes: those of `agora-rtm` 2.x for what exists here; members marked "Postage" are additions.
import type { QuotaInfo } from './errors.ts';

export type ChannelType = 'MESSAGE' | 'USER' | 'STREAM';
export type MessageType = 'STRING' | 'BINARY';
export type LinkState = 'IDLE' | 'CONNECTING' | 'CONNECTED' | 'DISCONNECTED' | 'SUSPENDED' | 'FAILED';
export type LinkOperation =
  | 'LOGIN'
  | 'LOGOUT'
  | 'SERVER_REJECT'
  | 'AUTO_RECONNECT'
  | 'RECONNECTED'
  | 'HEARTBEAT_TIMEOUT'
  | 'SERVER_TIMEOUT'
  | 'NETWORK_CHANGE';
export type LinkReason =
  | 'UNKNOWN'
  | 'LOGIN'
  | 'LOGIN_SUCCESS'
  | 'LOGIN_TIMEOUT'
  | 'LOGIN_NOT_AUTHORIZED'
  | 'LOGIN_REJECTED'
  | 'LOGOUT'
  | 'AUTO_RECONNECT'
  | 'RECONNECT_SUCCESS'
  | 'INVALID_TOKEN'
  | 'TOKEN_EXPIRED'
  | 'SAME_UID_LOGIN'
  | 'KICKED_OUT_BY_SERVER'
  | 'KEEP_ALIVE_TIMEOUT'
  | 'CONNECTION_ERROR';

export interface PrivateConfig {
  serviceType?: ('MESSAGE' | 'STREAM')[];
  /** Hosts of the server: "rtm.example.com", "127.0.0.1:7780", "wss://rtm.example.com". Tried in turn. */
  accessPointHosts: string[];
}

/** A WebSocket class of the standard's shape: the browser's, Node's or that of the package `ws`. */
export type WebSocketClass = new (url: string, protocols?: string | string[]) => WebSocket;

export interface RTMConfig {
  presenceTimeout?: number;
  heartbeatInterval?: number;
  logLevel?: 'debug' | 'info' | 'warn' | 'error' | 'none';
  useStringUserId?: boolean;
  logUpload?: boolean;
  cloudProxy?: boolean;
  privateConfig?: PrivateConfig;
  /** Postage: short for privateConfig.accessPointHosts with one host. */
  host?: string;
  /** Postage: the WebSocket class to use where there is no global one. */
  WebSocket?: WebSocketClass;
}

export interface LoginOptions {
  token?: string;
}
export interface PublishOptions {
  customType?: string;
  channelType?: ChannelType;
  storeInHistory?: boolean;
  /** Postage: answer the price in units; nothing is delivered and nothing counted. */
  dryRun?: boolean;
}
export interface SubscribeOptions {
  withMessage?: boolean;
  withPresence?: boolean;
  beQuiet?: boolean;
  withMetadata?: boolean;
  withLock?: boolean;
}

export interface BaseResponse {
  timestamp: number;
}
export type LoginResponse = BaseResponse;
export type LogoutResponse = BaseResponse;
export type RenewTokenResponse = BaseResponse;
export interface ChannelResponse extends BaseResponse {
  channelName: string;
}
export type SubscribeResponse = ChannelResponse;
export type UnsubscribeResponse = ChannelResponse;
export interface PublishResponse extends ChannelResponse {
  /** Postage: message units this publish counts, itself and every copy. */
  units: number;
}

export interface MessageEvent {
  channelType: ChannelType;
  channelName: string;
  topicName: string;
  messageType: MessageType;
  customType: string;
  message: string | Uint8Array;
  publisher: string;
  timestamp: number;
}
export interface LinkStateEvent {
  currentState: LinkState;
  previousState: LinkState;
  serviceType: 'MESSAGE';
  operation: LinkOperation;
  reason: string;
  reasonCode: LinkReason;
  affectedChannels: string[];
  unrestoredChannels: string[];
  isResumed: boolean;
  timestamp: number;
  /** Postage: which quota refused, when one did. */
  quota?: QuotaInfo;
}
export interface StatusEvent {
  state: 'DISCONNECTED' | 'CONNECTING' | 'CONNECTED' | 'RECONNECTING' | 'FAILED';
  reason: string;
  timestamp: number;
}
/** Postage: messages of a channel, or to this user, were lost while the connection was away; loss is never silent. */
export interface GapEvent {
  /** The channel, or the own user ID. */
  channelName: string;
  channelType: 'MESSAGE' | 'USER';
  /** The first and last lost offset; unknown when the channel began anew. */
  from: number | null;
  to: number | null;
  timestamp: number;
}

export interface RTMClientEventMap {
  message: (event: MessageEvent) => void;
  linkState: (event: LinkStateEvent) => void;
  status: (event: StatusEvent) => void;
  tokenPrivilegeWillExpire: (channelName: string) => void;
  gap: (event: GapEvent) => void;
}
