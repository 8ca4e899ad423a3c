// postage-rtm: the client of Postage with the surface of `agora-rtm` 2.x. Code written for that package changes its import
// and names its server: `new AgoraRTM.RTM(appId, userId, { host: 'rtm.example.com' })`.
import { RTMClient } from './client.ts';
import { RTMBaseError } from './errors.ts';

export const VERSION = '0.1.0';
export type { QuotaInfo } from './errors.ts';
export type * from './types.ts';
export { RTMBaseError, RTMClient, RTMClient as RTM };

const AgoraRTM = { RTM: RTMClient, RTMBaseError, VERSION, BUILD: VERSION };
export default AgoraRTM;
