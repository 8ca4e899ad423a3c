// The console in a real browser against the real server: what people see and do, end to end.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, launch, logIn, openPage, shownNumber } from './browser.mjs';
import { startDemo } from './demo_server.mjs';

let server;
let browser;
const login = (wanted) => server.logins.find((entry) => Object.entries(wanted).every(([key, value]) => entry[key] === value));
const customer = (plan) => login({ realm: 'customer', plan });
const projectOf = (plan) => server.projects.find(({ account }) => account === customer(plan).account);

async function overview(plan, options) {
  const page = await openPage(browser, server.url, options);
  await logIn(page, customer(plan));
  await page.getByTestId('bill-total').waitFor();
  return page;
}

async function call(method, path, token, body) {
  const answer = await fetch(`${server.url.replace(/\/$/, '')}/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  assert.ok(answer.ok, `${method} ${path} answered ${answer.status}`);
  return answer.status === 204 ? null : answer.json();
}

const tokenOf = (page) => page.evaluate(() => JSON.parse(sessionStorage.getItem('postage.session')).token);

async function connect(page) {
  await page.getByTestId('connect').click();
  await page.locator('[data-testid=live-state][data-state=on]').waitFor();
}

async function publish(page, text) {
  await page.locator('.composer input').fill(text);
  await page.locator('.composer button').click();
  await page.getByTestId('messages').getByText(text).waitFor();
}

before(async () => {
  [server, browser] = await Promise.all([startDemo(), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('a wrong password is refused in words, the right one opens the overview', async () => {
  const page = await openPage(browser, server.url);
  const { email } = customer('basic');
  await logIn(page, { email, password: 'wrong' });
  await page.getByRole('alert').getByText('E-mail or password is wrong.').waitFor();
  await logIn(page, customer('basic'));
  await page.getByTestId('bill-total').waitFor();
  assert.equal(await page.getByTestId('plan').innerText(), 'Basic');
  assert.equal(await page.getByTestId('bill-total').innerText(), '¥399.00');
  for (const meter of ['pcu', 'messages', 'storage_gb']) await page.getByTestId(`meter-${meter}`).waitFor();
  page.check();
  await page.context().close();
});

test('a published message is shown with its price and moves the meters', async () => {
  const page = await overview('basic');
  await connect(page);
  const used = page.getByTestId('used-messages');
  // One connection, its log-in and its subscription are counted already.
  await page.waitForFunction(() => Number(document.querySelector('[data-testid=used-pcu]').textContent) >= 1);
  await publish(page, 'first');
  await page.waitForFunction(() => Number(document.querySelector('[data-testid=used-messages]').textContent.replaceAll(',', '')) >= 4);
  const before = await shownNumber(used);
  // 1,500 bytes are two units; in and one copy out: four.
  await publish(page, 'x'.repeat(1500));
  const costs = page.getByTestId('message-cost');
  assert.match(await costs.last().innerText(), /^4 units/);
  await page.waitForFunction(
    (wanted) => document.querySelector('[data-testid=used-messages]').textContent.replaceAll(',', '') === wanted,
    (before + 4n).toString(),
  );
  assert.equal(await page.getByTestId('bill-total').innerText(), '¥399.00');
  page.check();
  await page.context().close();
});

test('the price is shown before the message is sent', async () => {
  const page = await overview('basic');
  await connect(page);
  await page.locator('.composer input').fill('y'.repeat(1025));
  await page.getByTestId('price').getByText('will cost 4 units').waitFor();
  page.check();
  await page.context().close();
});

test('a message published over REST arrives in the page', async () => {
  const page = await overview('basic');
  await connect(page);
  const path = `/projects/${projectOf('basic').id}/channels/lobby/messages`;
  await call('POST', path, await tokenOf(page), { payload: 'from the other side' });
  await page.getByTestId('messages').getByText('from the other side').waitFor();
  assert.match(await page.getByTestId('message-cost').last().innerText(), /^1 unit for this copy/);
  page.check();
  await page.context().close();
});

test('the language follows the browser, can be changed, and is remembered', async () => {
  const page = await openPage(browser, server.url, { locale: 'zh-CN' });
  await page.getByRole('heading', { name: '登录' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-CN');
  await page.getByTestId('language').click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en');
  page.check();
  await page.context().close();
});

test('an upgrade shows its price first and works at once', async () => {
  const page = await overview('free');
  await page.getByRole('navigation').getByRole('link', { name: 'Plans' }).click();
  await page.getByTestId('plan-basic').getByRole('button').click();
  await page.getByTestId('bill-after').waitFor();
  assert.equal(await page.getByTestId('bill-after').innerText(), '¥399.00');
  await page.getByTestId('confirm-plan').click();
  await page.getByTestId('plan-done').waitFor();
  await page.getByRole('navigation').getByRole('link', { name: 'Overview' }).click();
  await page.getByTestId('plan').getByText('Basic').waitFor();
  await page.getByTestId('bill-total').getByText('¥399.00').waitFor();
  page.check();
  await page.context().close();
});

test('an operator sees all accounts and opens one', async () => {
  const page = await openPage(browser, server.url);
  await logIn(page, login({ realm: 'operator' }));
  const { account } = customer('basic');
  const row = page.getByTestId(`account-${account}`);
  await row.getByText('¥399.00').waitFor();
  await row.getByRole('link').click();
  await page.getByTestId('bill-total').waitFor();
  assert.match(page.url(), new RegExp(`/accounts/${account}$`));
  page.check();
  await page.context().close();
});

test('a session that ends brings the log-in back, and the page after it', async () => {
  const page = await overview('basic');
  await page.getByRole('navigation').getByRole('link', { name: 'Plans' }).click();
  await page.getByTestId('plan-premium').waitFor();
  const here = page.url();
  await call('DELETE', '/session', await tokenOf(page));
  await page.getByText('Your session has ended').waitFor();
  await logIn(page, customer('basic'));
  await page.getByTestId('plan-premium').waitFor();
  assert.equal(page.url(), here);
  page.check();
  await page.context().close();
});

test('an address opened directly is the same page', async () => {
  const page = await openPage(browser, `${server.url.replace(/\/$/, '')}/accounts/${customer('basic').account}/plans`);
  await logIn(page, customer('basic'));
  await page.getByTestId('plan-premium').waitFor();
  page.check();
  await page.context().close();
});

const views = {
  login: async () => {},
  overview: async (page) => {
    await logIn(page, customer('basic'));
    await page.getByTestId('bill-total').waitFor();
  },
  plans: async (page) => {
    await views.overview(page);
    await page.goto(`${page.url()}/plans`);
    await page.getByTestId('plan-premium').waitFor();
  },
  change: async (page) => {
    await views.plans(page);
    await page.getByTestId('plan-premium').getByRole('button').click();
    await page.getByTestId('bill-after').waitFor();
  },
  invoices: async (page) => {
    await views.overview(page);
    await page.goto(`${page.url()}/invoices`);
    await page.locator('.panel .empty, .panel .rows').waitFor();
  },
  operator: async (page) => {
    await logIn(page, login({ realm: 'operator' }));
    await page.locator('.rows').waitFor();
  },
};
const looks = [
  { locale: 'en-US', colorScheme: 'light', width: 1280 },
  { locale: 'zh-CN', colorScheme: 'dark', width: 390, height: 844 },
];
for (const [name, reach] of Object.entries(views)) {
  for (const look of looks) {
    test(`${name} is accessible and fits: ${Object.values(look).join(' ')}`, async () => {
      const page = await openPage(browser, server.url, look);
      await reach(page);
      await assertAccessible(page, name);
      page.check();
      await page.context().close();
    });
  }
}

test('a server that goes away is told as such, with the last numbers kept', async () => {
  const page = await overview('basic');
  await server.stop();
  await page.getByTestId('stale').waitFor();
  await page.getByTestId('used-messages').waitFor();
  page.check();
  await page.context().close();
});
