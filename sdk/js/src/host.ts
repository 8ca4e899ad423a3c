import { codes, RTMBaseError } from './errors.ts';
import type { RTMConfig, WebSocketClass } from './types.ts';

const local = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i;

/**
 * The WebSocket address of a host. A scheme that is given stays. Without one: as secure as the page it runs in; outside
 * of a page ws for this machine and wss for any other.
 */
export function addressOf(host: string, pageProtocol = globalThis.location?.protocol): string {
  const plain = host.replace(/\/+$/, '');
  const scheme = /^(wss?|https?):\/\//i.exec(plain)?.[1]?.toLowerCase();
  const name = scheme ? plain.slice(scheme.length + 3) : plain;
  const secure = scheme
    ? scheme === 'wss' || scheme === 'https'
    : pageProtocol?.startsWith('http')
      ? pageProtocol === 'https:'
      : !local.test(name);
  return `${secure ? 'wss' : 'ws'}://${name.includes('/') ? name : `${name}/rtm`}`;
}

/** All addresses of a configuration; in a page without any the page's own host. */
export function addressesOf(config: RTMConfig): string[] {
  const hosts = config.host ? [config.host] : (config.privateConfig?.accessPointHosts ?? []);
  const all = hosts.length === 0 && globalThis.location?.host ? [globalThis.location.host] : hosts;
  if (all.length === 0) {
    throw new RTMBaseError('init', codes.serviceNotSupported, 'name the server: config.privateConfig.accessPointHosts or config.host');
  }
  return all.map((host) => addressOf(host));
}

/** The configured class, the runtime's own, or that of the optional package `ws`. */
export async function webSocketClass(config: RTMConfig): Promise<WebSocketClass> {
  if (config.WebSocket) return config.WebSocket;
  if (globalThis.WebSocket) return globalThis.WebSocket;
  try {
    const name = 'ws'; // Kept from bundlers: in browsers this line is never reached.
    const found = await import(/* @vite-ignore */ name);
    return (found.WebSocket ?? found.default) as WebSocketClass;
  } catch (error) {
    throw new RTMBaseError('login', codes.serviceNotSupported, 'this runtime has no WebSocket: install the package "ws" or set config.WebSocket', {
      originalError: error as Error,
    });
  }
}
