// Code that works when it is copied: this project, this server. What the page does not know stands as a name of its own.

export interface Connection {
  /** Where the console was opened: "http://127.0.0.1:7780". */
  origin: string;
  /** The project's number, for REST. */
  project: string;
  appId: string;
  userId: string;
  /** Null: there is none yet; "": the App ID alone logs in. */
  token: string | null;
}

/** Stands where a token belongs until one is made. */
export const noToken = 'PASTE_A_TOKEN';

/** What a client names as its server: the host with its port, and the scheme where it does not follow from the host. */
function hostOf(origin: string): string {
  const { protocol, host } = new URL(origin);
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}`;
}

/** A JavaScript text. User IDs, tokens and App IDs hold no quotes; whatever else comes is escaped. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n')}'`;
}

export function sdkCode({ origin, appId, userId, token }: Connection): string {
  return `import AgoraRTM from 'postage-rtm';

const rtm = new AgoraRTM.RTM(${quoted(appId)}, ${quoted(userId)}, {
  privateConfig: { serviceType: ['MESSAGE'], accessPointHosts: [${quoted(hostOf(origin))}] },
});
rtm.addEventListener('message', ({ channelName, publisher, message }) => {
  console.log(channelName, publisher, message);
});
await rtm.login(${token === '' ? '' : `{ token: ${quoted(token ?? noToken)} }`});
await rtm.subscribe('lobby');
const { units } = await rtm.publish('lobby', 'hello');
console.log('units', units);
`;
}

/** A shell's text in single quotes. */
function shell(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

export function curlCode({ origin, project }: Connection): string {
  return `curl -X POST ${shell(`${origin}/v1/projects/${encodeURIComponent(project)}/channels/lobby/messages`)} \\
  -H "Authorization: Bearer $POSTAGE_KEY" \\
  -H 'Content-Type: application/json' \\
  -d '{"payload":"hello"}'
`;
}

/** A token for each of the app's own users, made on the app's own server. */
export function tokenServerCode({ appId }: Connection): string {
  return `import agora from 'agora-token';

// The certificate stays on your server: never in a page, never in an app.
const certificate = process.env.POSTAGE_CERTIFICATE;
const userId = process.argv[2] ?? 'ann';
console.log(agora.RtmTokenBuilder.buildToken(${quoted(appId)}, certificate, userId, 3600));
`;
}
