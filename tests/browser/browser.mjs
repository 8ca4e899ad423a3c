// Chromium of the system, and pages that remember what must not happen in them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function launch() {
  return chromium.launch({ executablePath: process.env.POSTAGE_CHROMIUM ?? '/usr/bin/chromium', args: flags });
}

/** A page of its own context. `page.check()` fails if a script failed or another host was asked for anything. */
export async function openPage(browser, url, { locale = 'en-US', colorScheme = 'light', width = 1280, height = 900 } = {}) {
  const context = await browser.newContext({ locale, colorScheme, viewport: { width, height }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const failures = [];
  const home = new URL(url).host;
  page.on('pageerror', (error) => failures.push(`script: ${error.message}`));
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) failures.push(message.text());
  });
  page.on('request', (request) => {
    const { host, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && host !== home) failures.push(`asked another host: ${request.url()}`);
  });
  await page.goto(url);
  page.check = () => assert.deepEqual(failures, []);
  return page;
}

/** Each language with the look it is tested in: English wide and light, Chinese on a phone and dark. */
export const looks = {
  en: { locale: 'en-US' },
  zh: { locale: 'zh-CN', colorScheme: 'dark', width: 390, height: 844 },
};
export const languages = Object.entries(looks);

export async function logIn(page, { email, password }) {
  await page.locator('input[name=email]').fill(email);
  await page.locator('input[name=password]').fill(password);
  await page.locator('button[type=submit]').click();
}

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** Fails with what axe finds against WCAG 2.1 A and AA, and when the page is wider than its window. */
export async function assertAccessible(page, where) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
  });
  assert.deepEqual(found, [], `axe on ${where}`);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `${where} is ${overflow} pixels wider than its window`);
}

/** Ends a page: with `where`, after it was found accessible there. */
export async function done(page, where) {
  if (where) await assertAccessible(page, where);
  page.check();
  await page.context().close();
}

/** The number that a text of the page shows, as BigInt: "25,418,733" -> 25418733n. */
export async function shownNumber(locator) {
  return BigInt((await locator.innerText()).replaceAll(',', ''));
}
