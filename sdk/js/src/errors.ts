/** Numbers the SDK itself answers with; all others come from the server. They are the vendor's own. */
export const codes = {
  notLogin: -10002,
  invalidAppId: -10003,
  invalidUserId: -10006,
  loginTimeout: -10011,
  loginCanceled: -10023,
  notConnected: -10025,
  renewTokenTimeout: -10026,
  subscribeTimeout: -11019,
  unsubscribeFailed: -11022,
  publishTimeout: -11026,
  invalidMessage: -11009,
  serviceNotSupported: -10022,
} as const;

/** Which quota, budget or limit refused a call. Quantities and money are decimal text. */
export interface QuotaInfo {
  name: string;
  meter?: string;
  limit?: string;
  used?: string;
  needed?: string;
  /** When the quota begins anew, milliseconds since 1970. */
  resetAt?: number;
}

/** What every failed call rejects with. */
export class RTMBaseError extends Error {
  readonly error = true;
  /** For people, in English. */
  readonly reason: string;
  /** The method that failed: "login", "publish", ... */
  readonly operation: string;
  /** As in the vendor's table of errors. */
  readonly errorCode: number;
  readonly code: number;
  /** The server's own number, when the server refused. */
  readonly serverCode?: number;
  readonly originalError?: Error;
  readonly quota?: QuotaInfo;
  /** Wait at least this long before the call is tried again. */
  readonly retryAfterMs?: number;

  constructor(
    operation: string,
    errorCode: number,
    reason: string,
    more: { serverCode?: number; originalError?: Error; quota?: QuotaInfo; retryAfterMs?: number } = {},
  ) {
    super(`${operation} failed (${errorCode}): ${reason}`);
    this.name = 'RTMBaseError';
    this.operation = operation;
    this.errorCode = errorCode;
    this.code = errorCode;
    this.reason = reason;
    this.serverCode = more.serverCode;
    this.originalError = more.originalError;
    this.quota = more.quota;
    this.retryAfterMs = more.retryAfterMs;
  }
}
