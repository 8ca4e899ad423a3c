import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBase64, readFrame, toBase64 } from '../dist/frames.js';
import { addressOf } from '../dist/host.js';
import { backOffMs, reasonOf, statusOf } from '../dist/reasons.js';

test('hosts become addresses as secure as they can be', () => {
  assert.equal(addressOf('127.0.0.1:7780'), 'ws://127.0.0.1:7780/rtm');
  assert.equal(addressOf('localhost'), 'ws://localhost/rtm');
  assert.equal(addressOf('rtm.example.com'), 'wss://rtm.example.com/rtm');
  assert.equal(addressOf('localhost.example.com'), 'wss://localhost.example.com/rtm');
  assert.equal(addressOf('http://rtm.example.com/'), 'ws://rtm.example.com/rtm');
  assert.equal(addressOf('wss://rtm.example.com/own/path'), 'wss://rtm.example.com/own/path');
  assert.equal(addressOf('rtm.example.com', 'http:'), 'ws://rtm.example.com/rtm');
  assert.equal(addressOf('rtm.example.com', 'https:'), 'wss://rtm.example.com/rtm');
});

test('waiting doubles, spreads and ends at sixteen seconds', () => {
  assert.equal(backOffMs(0, 0), 125);
  assert.equal(backOffMs(0, 1), 250);
  assert.equal(backOffMs(3, 1), 2000);
  assert.equal(backOffMs(6, 1), 16_000);
  assert.equal(backOffMs(1000, 1), 16_000);
});

test('bytes survive base64, also many', () => {
  const bytes = Uint8Array.from({ length: 32 * 1024 }, (_, index) => index % 256);
  assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
});

test('what is no frame is none', () => {
  for (const data of ['', '7', 'null', '{', new Uint8Array(1)]) assert.equal(readFrame(data), null);
});

test('numbers have reasons and states have the old names', () => {
  assert.equal(reasonOf(-10009), 'TOKEN_EXPIRED');
  assert.equal(reasonOf(-10025), 'CONNECTION_ERROR');
  assert.equal(statusOf('DISCONNECTED', 'CONNECTED'), 'RECONNECTING');
  assert.equal(statusOf('CONNECTING', 'IDLE'), 'CONNECTING');
});
