import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import AgoraRTM, { RTM, RTMBaseError } from '../dist/index.js';
import { eventOf, FakeServer, session } from './fake_server.mjs';

let server;
let client;
const state = (name) => (event) => event.currentState === name;
const message = (offset, payload, more = {}) => ({
  message: { channel: 'news', channel_type: 'MESSAGE', publisher: 'ann', payload, epoch: 7, offset, timestamp: 9, ...more },
});

beforeEach(async () => {
  server = await FakeServer.start();
  client = new RTM('app', 'peter', { privateConfig: { serviceType: ['MESSAGE'], accessPointHosts: [server.host] } });
});
afterEach(async () => {
  client.removeAllListeners();
  await client.logout();
  await server.stop();
});

test('the module has the names that code for agora-rtm asks for', () => {
  assert.equal(AgoraRTM.RTM, RTM);
  assert.equal(typeof AgoraRTM.VERSION, 'string');
  assert.equal(AgoraRTM.RTMBaseError, RTMBaseError);
});

test('the constructor refuses what cannot work', () => {
  for (const [appId, userId, config] of [
    ['', 'a', { host: 'h' }],
    ['app', '', { host: 'h' }],
    ['app', 'null', { host: 'h' }],
    ['app', 7, { host: 'h' }],
    ['app', 'a', {}],
  ]) {
    assert.throws(() => new RTM(appId, userId, config), RTMBaseError);
  }
});

test('login says who it is and reports the link', async () => {
  const states = [];
  client.addEventListener('linkState', ({ currentState, operation, reasonCode }) => states.push([currentState, operation, reasonCode]));
  assert.deepEqual(await client.login({ token: '007x' }), { timestamp: 2 });
  const { body } = await server.next('login');
  assert.deepEqual([body.app_id, body.user_id, body.token], ['app', 'peter', '007x']);
  assert.deepEqual(states, [
    ['CONNECTING', 'LOGIN', 'LOGIN'],
    ['CONNECTED', 'LOGIN', 'LOGIN_SUCCESS'],
  ]);
});

test('an empty token becomes the App ID', async () => {
  await client.login();
  assert.equal((await server.next('login')).body.token, 'app');
});

test('a refused login rejects with the number, the quota and a failed link', async () => {
  const quota = { number: -17001, name: 'quota_pcu', meter: 'pcu', limit: '100', used: '100', needed: '1', reset_at: 99 };
  server.answers.login = { error: { number: -10015, name: 'login_not_authorized', text: 'no', retry: 'no', quota } };
  const failed = eventOf(client, 'linkState', state('FAILED'));
  await assert.rejects(client.login({ token: 't' }), (error) => {
    assert.ok(error instanceof RTMBaseError);
    assert.deepEqual([error.errorCode, error.operation, error.error], [-10015, 'login', true]);
    assert.deepEqual([error.quota.name, error.quota.limit, error.quota.resetAt], ['quota_pcu', '100', 99]);
    return true;
  });
  assert.equal((await failed).reasonCode, 'LOGIN_NOT_AUTHORIZED');
});

test('calls before login are refused without asking anybody', async () => {
  await assert.rejects(client.publish('news', 'x'), { errorCode: -10002 });
  await assert.rejects(client.subscribe('news'), { errorCode: -10002 });
  assert.equal(server.sockets.length, 0);
});

test('publish, subscribe, unsubscribe and renewToken answer as documented', async () => {
  await client.login();
  assert.deepEqual(await client.subscribe('news', { withPresence: false }), { timestamp: 3, channelName: 'news' });
  const { body } = await server.next('subscribe');
  assert.deepEqual([body.channel, body.with_message, body.with_presence], ['news', true, false]);
  assert.deepEqual(await client.publish('news', 'hi', { customType: 'c' }), { timestamp: 5, channelName: 'news', units: 2 });
  assert.deepEqual((await server.next('publish')).body, { channel: 'news', channel_type: 'MESSAGE', payload: 'hi', custom_type: 'c' });
  await client.publish('maria', new Uint8Array([0, 1, 254, 255]), { channelType: 'USER', dryRun: true });
  assert.deepEqual((await server.next('publish')).body, { channel: 'maria', channel_type: 'USER', payload_base64: 'AAH+/w==', dry_run: true });
  assert.deepEqual(await client.unsubscribe('news'), { timestamp: 4, channelName: 'news' });
  assert.deepEqual(await client.renewToken('next'), { timestamp: 6 });
});

test('a message that is neither text nor bytes is refused', async () => {
  await client.login();
  await assert.rejects(client.publish('news', { a: 1 }), { errorCode: -11009 });
});

test('messages arrive as text or bytes; a failing listener does not stop the next', async (t) => {
  t.mock.method(console, 'error', () => undefined);
  await client.login();
  client.on('message', () => {
    throw new Error('mine');
  });
  const text = eventOf(client, 'message');
  server.send(message(11, 'héllo'));
  assert.deepEqual(await text, {
    channelType: 'MESSAGE',
    channelName: 'news',
    topicName: '',
    messageType: 'STRING',
    customType: '',
    message: 'héllo',
    publisher: 'ann',
    timestamp: 9,
  });
  const bytes = eventOf(client, 'message');
  server.send(message(12, undefined, { payload_base64: 'AAH+/w==' }));
  assert.deepEqual([...(await bytes).message], [0, 1, 254, 255]);
  assert.equal(console.error.mock.callCount(), 2);
});

test('a lost connection is resumed from the last message read, and repeats are not shown again', async () => {
  await client.login({ token: 't' });
  await client.subscribe('news');
  const first = eventOf(client, 'message');
  server.send(message(11, 'one'));
  await first;
  server.answers.hello = { protocol_version: 1, resumed: true, timestamp: 20 };
  const seen = [];
  client.on('message', (event) => seen.push(event.message));
  await server.next('hello');
  server.sockets[0].terminate();
  const { body, socket } = await server.next('hello');
  assert.deepEqual(body.resume, { session, channels: [{ channel: 'news', epoch: 7, offset: 11 }], user: { offset: 0 } });
  const connected = eventOf(client, 'linkState', state('CONNECTED'));
  server.send({ resumed: { session: 'ff'.repeat(16), complete: true, channels: [{ channel: 'news', epoch: 7, replayed: 2 }] } }, socket);
  server.send(message(11, 'one'), socket);
  const last = eventOf(client, 'message', (event) => event.message === 'two');
  server.send(message(12, 'two'), socket);
  assert.equal((await connected).isResumed, true);
  await last;
  assert.deepEqual(seen, ['two']);
  assert.equal(server.asked.filter(({ name }) => name === 'login').length, 1);
});

test('a gap in a resume is told', async () => {
  await client.login();
  await client.subscribe('news');
  server.answers.hello = { protocol_version: 1, resumed: true, timestamp: 20 };
  await server.next('hello');
  server.sockets[0].terminate();
  const { socket } = await server.next('hello');
  const gap = eventOf(client, 'gap');
  server.send({ resumed: { session, complete: true, channels: [{ channel: 'news', epoch: 7, replayed: 0, gap: { from: 11, to: 40, epoch_changed: false } }] } }, socket);
  assert.deepEqual(await gap, { channelName: 'news', channelType: 'MESSAGE', from: 11, to: 40, timestamp: 20 });
});

test('messages to the user that a lost connection held back are told', async () => {
  await client.login();
  const first = eventOf(client, 'message');
  const to = { channel: 'ann', channel_type: 'USER', publisher: 'bob', payload: 'psst', epoch: 0, offset: 2, timestamp: 5 };
  server.send({ message: to });
  await first;
  server.answers.hello = { protocol_version: 1, resumed: true, timestamp: 20 };
  await server.next('hello');
  server.sockets[0].terminate();
  const { body, socket } = await server.next('hello');
  assert.deepEqual(body.resume.user, { offset: 2 });
  const gap = eventOf(client, 'gap');
  server.send({ resumed: { session, complete: true, user_gap: { from: 3, to: 4, epoch_changed: false } } }, socket);
  const { channelType, from, to: last } = await gap;
  assert.deepEqual([channelType, from, last], ['USER', 3, 4]);
});

test('when the server knows the session no more, the client logs in, subscribes again and tells what it missed', async () => {
  await client.login({ token: 't' });
  await client.subscribe('news', { withMetadata: true });
  await server.next('subscribe');
  server.answers.subscribe = { timestamp: 30, epoch: 7, offset: 15 };
  const gap = eventOf(client, 'gap');
  const connected = eventOf(client, 'linkState', state('CONNECTED'));
  server.sockets[0].terminate();
  assert.equal((await server.next('subscribe')).body.with_metadata, true);
  assert.deepEqual([(await connected).isResumed, (await connected).unrestoredChannels], [false, []]);
  assert.deepEqual(await gap, { channelName: 'news', channelType: 'MESSAGE', from: 11, to: 15, timestamp: 2 });
});

test('an unknown session is forgotten and the next attempt logs in', async () => {
  await client.login();
  server.answers.hello = (body) =>
    body.resume ? { error: { number: -16008, name: 'session_unknown', text: 'unknown', retry: 'login' } } : { resumed: false, timestamp: 1 };
  const connected = eventOf(client, 'linkState', state('CONNECTED'));
  server.sockets[0].terminate();
  assert.equal((await connected).reasonCode, 'RECONNECT_SUCCESS');
});

test('a login elsewhere ends this one for good', async () => {
  await client.login();
  const failed = eventOf(client, 'linkState', state('FAILED'));
  server.send({ bye: { number: -16004, name: 'same_uid_login', text: 'elsewhere', may_resume: false } });
  server.sockets[0].close(4004);
  assert.equal((await failed).reasonCode, 'SAME_UID_LOGIN');
  await assert.rejects(client.publish('news', 'x'), { errorCode: -10002 });
  assert.equal(server.sockets.length, 1);
});

test('calls while the connection is away say so', async () => {
  await client.login();
  const lost = eventOf(client, 'linkState', state('DISCONNECTED'));
  server.answers.hello = null;
  server.sockets[0].terminate();
  await lost;
  await assert.rejects(client.publish('news', 'x'), { errorCode: -10025 });
});

test('a call that is under way when the connection ends is rejected', async () => {
  await client.login();
  server.answers.publish = (_body, socket) => {
    socket.terminate();
    return null;
  };
  await assert.rejects(client.publish('news', 'x'), { errorCode: -10025 });
});

test('logout overtakes a login that still runs', async () => {
  server.answers.login = null;
  const login = client.login();
  await server.next('login');
  await client.logout();
  await assert.rejects(login, RTMBaseError);
  await assert.rejects(client.publish('news', 'x'), { errorCode: -10002 });
});

test('the end of a token is told', async () => {
  await client.login();
  const told = eventOf(client, 'tokenPrivilegeWillExpire');
  server.send({ token_will_expire: { expires_at: 99 } });
  assert.equal(await told, '');
});

test('a server that answers no ping within ten seconds is left', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  server.answers.login = { session, timestamp: 2, heartbeat_seconds: 5, resume_seconds: 120 };
  server.answers.ping = null;
  await client.login();
  const lost = eventOf(client, 'linkState', state('DISCONNECTED'));
  t.mock.timers.tick(5000);
  await server.next('ping');
  t.mock.timers.tick(10_000);
  const { operation, reasonCode } = await lost;
  assert.deepEqual([operation, reasonCode], ['HEARTBEAT_TIMEOUT', 'KEEP_ALIVE_TIMEOUT']);
});
