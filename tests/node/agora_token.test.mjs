// Tokens made by the vendor's public builder (npm agora-token) are accepted by our C++, forged ones are not; and ours are
// read and verified by the vendor's package. The C++ side is build/test/src/auth_token_check.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { test } from 'node:test';

const require = createRequire(import.meta.url);
const { RtmTokenBuilder } = require('agora-token/src/RtmTokenBuilder2');
const { RtcTokenBuilder, Role } = require('agora-token/src/RtcTokenBuilder2');
const vendor = require('agora-token/src/AccessToken2');

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const build = process.env.POSTAGE_TEST_BUILD ?? path.join(root, 'build/test');
const APP = '970CA35de60c44645bbae8a215061b33';
const CERT = '5CFd2fd1755d40ecb72977518be15d3b';
const OTHER = '0123456789abcdef0123456789abcdef';

/** Answers of our C++ to requests, one line each. */
function ask(...requests) {
  const input = requests.map((fields) => fields.join('\t') + '\n').join('');
  const done = spawnSync(path.join(build, 'src/auth_token_check'), { input, encoding: 'utf8', timeout: 30_000 });
  assert.equal(done.status, 0, String(done.error ?? done.stderr));
  const lines = done.stdout.trimEnd().split('\n');
  assert.equal(lines.length, requests.length);
  return lines;
}

const nowSeconds = () => Math.floor(Date.now() / 1000);
const issuedAt = (token) => {
  const read = new vendor.AccessToken2('', '', 0, 0);
  assert.ok(read.from_string(token));
  return read.issueTs;
};

test('a log-in token of the vendor is accepted, for its user, until its end', () => {
  const token = RtmTokenBuilder.buildToken(APP, CERT, 'test_user', 600);
  const issued = issuedAt(token);
  assert.deepEqual(
    ask(
      ['login', APP, CERT, 'test_user', issued, token],
      ['login', APP, CERT, 'test_user', issued + 599, token],
      ['login', APP, CERT, 'test_user', issued + 600, token],
      ['login', APP, CERT, 'other_user', issued, token],
      ['login', APP, OTHER, 'test_user', issued, token],
      ['login', OTHER, CERT, 'test_user', issued, token],
    ),
    [`ok ${issued + 600} -`, `ok ${issued + 600} -`, 'refused token_expired', 'refused invalid_token',
      'refused invalid_token', 'refused invalid_token'],
  );
});

test('a hundred tokens with random salts are accepted, and each with one changed character is not', () => {
  const now = nowSeconds();
  const good = [], forged = [];
  for (let i = 0; i < 100; ++i) {
    const user = `user-${i}`;
    const token = RtmTokenBuilder.buildToken(APP, CERT, user, 3600);
    good.push(['login', APP, CERT, user, now, token]);
    // Not the last bytes: what pads the compressed form to a whole byte is not part of the token.
    const at = 3 + ((i * 37) % (token.length - 16));
    const letter = token[at] === 'A' ? 'B' : 'A';
    forged.push(['login', APP, CERT, user, now, token.slice(0, at) + letter + token.slice(at + 1)]);
  }
  for (const line of ask(...good)) assert.match(line, /^ok \d+ -$/);
  for (const line of ask(...forged)) assert.equal(line, 'refused invalid_token');
});

test('permissions of an RTM2 token arrive as they were given', () => {
  const permissions = new vendor.Rtm2Permissions();
  permissions.add(vendor.Rtm2Permissions.kUsers, vendor.Rtm2Permissions.kRead, ['user-a']);
  permissions.add(vendor.Rtm2Permissions.kMessageChannels, vendor.Rtm2Permissions.kWrite, ['频道', 'b']);
  permissions.add(vendor.Rtm2Permissions.kMessageChannels, vendor.Rtm2Permissions.kRead, ['a']);
  const token = RtmTokenBuilder.buildTokenWithPermissions(APP, CERT, 'test_user', permissions, 600);
  const issued = issuedAt(token);
  assert.deepEqual(ask(['login', APP, CERT, 'test_user', issued, token]), [`ok ${issued + 600} 0/0/a,0/1/频道,0/1/b,4/0/user-a`]);
});

test('an RTC token opens its channel to its user, and does not log in', () => {
  const token = RtcTokenBuilder.buildTokenWithUserAccount(APP, CERT, 'stage', 'test_user', Role.PUBLISHER, 600, 600);
  const issued = issuedAt(token);
  assert.deepEqual(
    ask(
      ['join', APP, CERT, 'test_user', issued, token, 'stage'],
      ['join', APP, CERT, 'test_user', issued, token, 'stage2'],
      ['join', APP, CERT, 'other', issued, token, 'stage'],
      ['login', APP, CERT, 'test_user', issued, token],
    ),
    [`ok ${issued + 600} -`, 'refused invalid_token', 'refused invalid_token', 'refused invalid_token'],
  );
});

test('one token with RTC and RTM opens both doors', () => {
  const token = RtcTokenBuilder.buildTokenWithRtm(APP, CERT, 'stage', 'test_user', Role.PUBLISHER, 600, 600);
  const issued = issuedAt(token);
  assert.deepEqual(
    ask(['join', APP, CERT, 'test_user', issued, token, 'stage'], ['login', APP, CERT, 'test_user', issued, token]),
    [`ok ${issued + 600} -`, `ok ${issued + 600} -`],
  );
});

test('every service the vendor can write is read over', () => {
  const now = nowSeconds();
  const token = new vendor.AccessToken2(APP, CERT, now, 600);
  const rtm = new vendor.ServiceRtm('test_user');
  rtm.add_privilege(vendor.ServiceRtm.kPrivilegeLogin, 600);
  token.add_service(new vendor.ServiceApaas('room', 'u', 1));
  token.add_service(new vendor.ServiceChat('u'));
  token.add_service(new vendor.ServiceFpa());
  token.add_service(rtm);
  assert.deepEqual(ask(['login', APP, CERT, 'test_user', now, token.build()]), [`ok ${now + 600} -`]);
});

test('the issue time of the builder may be a fraction of a second', () => {
  const token = new vendor.AccessToken2(APP, CERT, 1_700_000_000.75, 600);
  const rtm = new vendor.ServiceRtm('test_user');
  rtm.add_privilege(1, 600);
  token.add_service(rtm);
  assert.deepEqual(ask(['login', APP, CERT, 'test_user', 1_700_000_001, token.build()]), ['ok 1700000600 -']);
});

test('our tokens are read and verified by the vendor\'s package', () => {
  const now = nowSeconds();
  for (const salt of [1, 42, 99_999_999]) {
    const [text] = ask(['build', APP, CERT, 'test_user', now, 600, salt]);
    assert.ok(text.startsWith('007'), text);
    const read = new vendor.AccessToken2('', '', 0, 0);
    assert.ok(read.from_string(text));
    assert.equal(read.appId.toString(), APP);
    assert.equal(read.issueTs, now);
    assert.equal(read.expire, 600);
    assert.equal(read.salt, salt);
    assert.equal(read.verifySignature(CERT), true);
    assert.equal(read.verifySignature(OTHER), false);
    assert.equal(read.getServices(2)[0].__user_id.toString(), 'test_user');
  }
});
