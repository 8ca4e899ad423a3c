// The client against the real server. Needs POSTAGE_BINARY, the path of a built `postage`.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { binary, clientOn, eventOf, RealServer, tokenOf } from './real_server.mjs';

const skip = binary ? false : 'set POSTAGE_BINARY to the path of postage to run this against the real server';
const inState = (name) => (event) => event.currentState === name;
let server;
let clients = [];

async function enter(plan, user) {
  const project = server.project(plan);
  const client = clientOn(server, project, user);
  clients.push(client.rtm);
  await client.rtm.login({ token: tokenOf(project, user) });
  return client;
}

/** Collects texts of a client; `until(n)` waits for the n-th. */
function collect(rtm) {
  const texts = [];
  rtm.on('message', ({ message }) => texts.push(message));
  const until = async (count) => {
    while (texts.length < count) await eventOf(rtm, 'message');
    return texts;
  };
  return { texts, until };
}

before(async () => {
  if (binary) server = await new RealServer().start();
});
afterEach(async () => {
  await Promise.all(clients.map((rtm) => rtm.logout()));
  clients = [];
});
after(() => server?.stop());

test('two clients talk, and the answer says what it cost', { skip }, async () => {
  const [ann, bob] = [await enter('basic', 'ann'), await enter('basic', 'bob')];
  await bob.rtm.subscribe('talk');
  const arrives = eventOf(bob.rtm, 'message');
  const price = await ann.rtm.publish('talk', 'x'.repeat(1025), { dryRun: true });
  const { units } = await ann.rtm.publish('talk', 'x'.repeat(1025), { customType: 'note' });
  // Two kilobytes begun, in and one copy out.
  assert.deepEqual([price.units, units], [4, 4]);
  const { publisher, channelName, message, customType, messageType } = await arrives;
  assert.deepEqual([publisher, channelName, customType, messageType], ['ann', 'talk', 'note', 'STRING']);
  assert.equal(message, 'x'.repeat(1025));
  const bytes = eventOf(bob.rtm, 'message', (event) => event.messageType === 'BINARY');
  await ann.rtm.publish('talk', Uint8Array.of(0, 255, 7));
  assert.deepEqual([...(await bytes).message], [0, 255, 7]);
  await bob.rtm.unsubscribe('talk');
  assert.equal((await ann.rtm.publish('talk', 'alone')).units, 1);
});

test("another user's token is refused by number and is no endless retry", { skip }, async () => {
  const project = server.project('basic');
  const { rtm } = clientOn(server, project, 'mallory');
  clients.push(rtm);
  const failed = eventOf(rtm, 'linkState', inState('FAILED'));
  const refusal = { name: 'RTMBaseError', operation: 'login', errorCode: -10005 };
  await assert.rejects(rtm.login({ token: tokenOf(project, 'ann') }), refusal);
  assert.equal((await failed).reasonCode, 'INVALID_TOKEN');
});

test('a cut connection resumes, with what was missed, once and in order', { skip }, async () => {
  const [ann, bob] = [await enter('basic', 'ann'), await enter('basic', 'bob')];
  await bob.rtm.subscribe('news');
  const got = collect(bob.rtm);
  bob.rtm.on('gap', (gap) => assert.fail(`nothing was lost, but: ${JSON.stringify(gap)}`));
  await ann.rtm.publish('news', 'before');
  await got.until(1);
  const away = eventOf(bob.rtm, 'linkState', inState('DISCONNECTED'));
  bob.line.cut();
  await away;
  for (const text of ['one', 'two', 'three']) await ann.rtm.publish('news', text);
  const back = eventOf(bob.rtm, 'linkState', inState('CONNECTED'));
  bob.line.mend();
  const { isResumed, operation } = await back;
  assert.deepEqual([isResumed, operation], [true, 'RECONNECTED']);
  await ann.rtm.publish('news', 'after');
  assert.deepEqual(await got.until(5), ['before', 'one', 'two', 'three', 'after']);
});

test('a server that was killed and started again finds its clients back, and says that messages may be missing', { skip }, async () => {
  const [ann, bob] = [await enter('basic', 'ann'), await enter('basic', 'bob')];
  await bob.rtm.subscribe('news');
  const got = collect(bob.rtm);
  await ann.rtm.publish('news', 'before');
  await got.until(1);
  const away = [ann, bob].map(({ rtm }) => eventOf(rtm, 'linkState', inState('DISCONNECTED')));
  await server.kill();
  await Promise.all(away);
  await assert.rejects(ann.rtm.publish('news', 'nobody hears'), { errorCode: -10025 });
  const back = [ann, bob].map(({ rtm }) => eventOf(rtm, 'linkState', inState('CONNECTED')));
  const gap = eventOf(bob.rtm, 'gap');
  await server.start();
  for (const { operation, unrestoredChannels } of await Promise.all(back))
    assert.deepEqual([operation, unrestoredChannels], ['RECONNECTED', []]);
  const { channelName, from, to } = await gap;
  assert.deepEqual([channelName, from, to], ['news', null, null]);
  await ann.rtm.publish('news', 'after');
  assert.deepEqual(await got.until(2), ['before', 'after']);
});

test('the connection above the quota is refused with the numbers, the others stay', { skip }, async () => {
  const project = server.project('free');
  const open = (n) => {
    const { rtm } = clientOn(server, project, `user-${n}`);
    clients.push(rtm);
    return rtm;
  };
  const first = await enter('free', 'first');
  // Ninety-nine processes of `postage token` would take long: these come over REST.
  const token = tokenOf(project, 'one-more');
  const make = await tokenMaker(project);
  for (let n = 1; n < 100; n += 1) await open(n).login({ token: await make(`user-${n}`) });
  const late = clientOn(server, project, 'one-more').rtm;
  clients.push(late);
  const failed = eventOf(late, 'linkState', inState('FAILED'));
  const refusal = await late.login({ token }).then(() => assert.fail('one connection too many'), (error) => error);
  assert.equal(refusal.errorCode, -10015);
  const { name, meter, limit, used, needed, resetAt } = refusal.quota;
  assert.deepEqual([name, meter, limit, used, needed], ['quota_pcu', 'pcu', '100', '100', '1']);
  assert.ok(resetAt > Date.now());
  assert.equal((await failed).quota.limit, '100');
  assert.equal((await first.rtm.publish('talk', 'still here')).units, 1);
});

/** A maker of tokens over REST, as the account's owner. */
async function tokenMaker(project) {
  const { email, password } = server.facts.logins.find(({ account }) => account === project.account);
  const post = async (path, body, token) => {
    const headers = { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) };
    const answer = await fetch(`${server.facts.url}/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, `${path} answered ${answer.status}`);
    return answer.json();
  };
  const { token } = await post('/session', { email, password });
  return async (user) => (await post(`/projects/${project.id}/tokens`, { user_id: user, expire_seconds: 3600 }, token)).token;
}
