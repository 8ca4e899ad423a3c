// Screenshots of the console against the development server: `node dev/shots.mjs OUT_FOLDER [name...]`.
// Needs a running `npm run dev -- --port N`; its address is in CONSOLE_URL.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [, , out = 'shots', ...only] = process.argv;
const url = process.env.CONSOLE_URL ?? 'http://127.0.0.1:5173';
mkdirSync(out, { recursive: true });

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });

async function logIn(page, name) {
  await page.getByRole('textbox').first().fill(`${name}@example.com`);
  await page.locator('input[name=password]').fill('demo');
  await page.locator('button[type=submit]').click();
}

const shots = {
  login: async () => {},
  wrong: async (page) => {
    await page.getByRole('textbox').first().fill('nobody@example.com');
    await page.locator('input[name=password]').fill('wrong');
    await page.locator('button[type=submit]').click();
    await page.getByRole('alert').waitFor();
  },
  ...Object.fromEntries(
    ['busy', 'over', 'free', 'flagship', 'empty'].map((name) => [
      name,
      async (page) => {
        await logIn(page, name);
        await page.getByTestId('bill-total').waitFor();
      },
    ]),
  ),
  failing: async (page) => {
    await logIn(page, 'failing');
    await page.getByRole('alert').waitFor();
  },
  live: async (page) => {
    await logIn(page, 'busy');
    await page.getByTestId('connect').click();
    await page.locator('[data-state=on]').waitFor();
    for (const text of ['你好，世界', 'A message of more than one kilobyte: '.padEnd(1500, 'x')]) {
      await page.locator('.composer input').fill(text);
      await page.locator('.composer button').click();
      await page.getByText(text).waitFor();
    }
    await page.locator('.composer input').fill('How much?');
    await page.waitForFunction(() => /cost|将计/.test(document.querySelector('[data-testid=price]').textContent));
  },
  refused: async (page) => {
    await logIn(page, 'free');
    await page.getByTestId('connect').click();
    await page.locator('[data-state=on]').waitFor();
    await page.locator('.composer input').fill('one more');
    await page.locator('.composer button').click();
    await page.locator('.live [role=alert]').waitFor();
  },
  table: async (page) => {
    await logIn(page, 'busy');
    await page.getByTestId('bill-total').waitFor();
    await page.getByRole('button', { name: /^(Table|表格)$/ }).click();
  },
  picker: async (page) => {
    await logIn(page, 'several');
    await page.locator('.picker').waitFor();
  },
  operator: async (page) => {
    await logIn(page, 'operator');
    await page.locator('.rows').waitFor();
  },
  invoices: async (page) => {
    await logIn(page, 'over');
    await page.getByRole('link', { name: /^(Invoices|账单)$/ }).click();
    await page.getByTestId('invoices').waitFor();
  },
  invoice: async (page) => {
    await logIn(page, 'over');
    await page.getByRole('link', { name: /^(Invoices|账单)$/ }).click();
    await page.getByTestId('invoices').getByRole('link').first().click();
    await page.getByTestId('bill-total').waitFor();
  },
  proof: async (page) => {
    await shots.invoice(page);
    await page.getByTestId('proof-verdict').waitFor();
    await page.locator('.listed summary').click();
  },
  whatif: async (page) => {
    await logIn(page, 'over');
    await page.getByRole('link', { name: /^(Plans|套餐)$/ }).click();
    await page.getByTestId('what-if-flagship').getByRole('button').click();
    await page.locator('.opened').waitFor();
  },
  plans: async (page) => {
    await logIn(page, 'busy');
    await page.getByRole('link', { name: /^(Plans|套餐)$/ }).click();
    await page.getByTestId('plan-premium').waitFor();
  },
  change: async (page) => {
    await logIn(page, 'busy');
    await page.getByRole('link', { name: /^(Plans|套餐)$/ }).click();
    await page.getByTestId('plan-premium').getByRole('button').click();
    await page.getByTestId('price-now').waitFor();
  },
  expired: async (page) => {
    await logIn(page, 'busy');
    await page.getByTestId('bill-total').waitFor();
    await page.route('**/v1/**', (route) => route.fulfill({ status: 401, body: '{}' }));
    await page.getByText(/session has ended|登录已失效/).waitFor();
  },
};

for (const [name, act] of Object.entries(shots)) {
  if (only.length > 0 && !only.includes(name)) continue;
  for (const locale of ['zh-CN', 'en-US']) {
    for (const [size, width, height] of [
      ['wide', 1280, 900],
      ['phone', 390, 844],
    ]) {
      for (const colorScheme of ['light', 'dark']) {
        const context = await browser.newContext({
          locale,
          colorScheme,
          viewport: { width, height },
          reducedMotion: 'reduce',
        });
        const page = await context.newPage();
        page.on('pageerror', (error) => console.error(name, 'page error:', error.message));
        await page.goto(url);
        await act(page);
        await page.waitForLoadState('networkidle').catch(() => {});
        const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
        if (wide) console.error(name, locale, size, 'is wider than the window');
        await page.screenshot({
          path: join(out, `${name}-${locale.slice(0, 2)}-${size}-${colorScheme}.png`),
          fullPage: true,
        });
        await context.close();
      }
    }
  }
}
await browser.close();
