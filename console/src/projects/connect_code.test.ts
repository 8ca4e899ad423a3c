import { describe, expect, it } from 'vitest';
import { type Connection, curlCode, noToken, sdkCode, tokenServerCode } from './connect_code.ts';

const connection: Connection = {
  origin: 'http://127.0.0.1:7780',
  project: '7',
  appId: '970CA35de60c44645bbae8a215061b33',
  userId: 'ann',
  token: null,
};

describe('code to copy', () => {
  it('names the server, the project and the user', () => {
    const code = sdkCode(connection);
    expect(code).toContain("new AgoraRTM.RTM('970CA35de60c44645bbae8a215061b33', 'ann', {");
    expect(code).toContain("accessPointHosts: ['ws://127.0.0.1:7780']");
    expect(code).toContain(`token: '${noToken}'`);
    expect(sdkCode({ ...connection, token: '007abc' })).toContain("login({ token: '007abc' })");
    expect(sdkCode({ ...connection, token: '' })).toContain('await rtm.login();');
  });

  it('is as secure as the page it was copied from', () => {
    const code = sdkCode({ ...connection, origin: 'https://rtm.example.com' });
    expect(code).toContain("accessPointHosts: ['wss://rtm.example.com']");
    expect(curlCode({ ...connection, origin: 'https://rtm.example.com' })).toContain("'https://rtm.example.com/v1/");
  });

  it('escapes whatever could end a text', () => {
    expect(sdkCode({ ...connection, userId: "o'hara\\\n" })).toContain(String.raw`'o\'hara\\\n'`);
    expect(curlCode({ ...connection, project: "7'; rm" })).toContain("/projects/7'\\''%3B%20rm/");
  });

  it('never holds a certificate or a key', () => {
    expect(curlCode(connection)).toContain('Bearer $POSTAGE_KEY"');
    expect(tokenServerCode(connection)).toContain('process.env.POSTAGE_CERTIFICATE');
  });
});
