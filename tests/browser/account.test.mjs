// What a customer pays, limits, has agreed and asks: payments, limits, contract, support; and what operators book.
// Each figure of a page is the one that the REST API gives, to the cent, in both languages.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, done, languages } from './browser.mjs';
import { bankFile, seedArrears, seedMoney, seedPrepaid } from './seed.mjs';
import { download, says, World, yuan } from './world.mjs';

let world;
let account;
const get = (path) => world.operator('GET', `/accounts/${account}${path}`);
const signed = (text) => `${text.startsWith('-') ? '' : text.startsWith('0.00') ? '±' : '+'}${yuan(text)}`;

before(async () => {
  world = await World.start();
  account = world.customer('basic').account;
});
after(() => world?.stop());

const emptyPages = {
  payments: [/Nothing is open|没有未结账单/, /No payments yet|还没有收款记录/],
  limits: [/No budget|未设预算/, /No caps yet|还没有设定上限/],
  contract: [/Nothing beyond the plan|没有套餐之外的约定/],
  support: [/No requests yet|还没有工单/],
};
for (const [language, look] of languages) {
  test(`${language}: pages without anything say so`, async () => {
    for (const [name, texts] of Object.entries(emptyPages)) {
      const page = await world.openAs('basic', `/${name}`, look);
      for (const text of texts) await page.getByText(text).first().waitFor();
      await done(page, `empty ${name} ${language}`);
    }
  });

  test(`${language}: answers that fail are told, and can be asked for again`, async () => {
    const paths = /\/v1\/.*\/(statement|open-invoices|payments|caps|terms|history|support-requests)(\?|$)/;
    const again = language === 'zh' ? '重试' : 'Try again';
    const page = await world.openAs('basic', '', look);
    await page.getByTestId('bill-total').waitFor();
    const home = page.url();
    let busy = true;
    await page.route(paths, (route) => {
      if (!busy) return route.continue();
      const body = JSON.stringify({ detail: 'the store is busy' });
      return route.fulfill({ status: 503, contentType: 'application/problem+json', body });
    });
    for (const name of Object.keys(emptyPages)) {
      busy = true;
      await page.goto(`${home}/${name}`);
      await page.getByRole('alert').getByText('the store is busy').first().waitFor();
      // Every part has given up before the server is well again.
      await page.waitForFunction(() => document.querySelector('.mantine-Skeleton-root') === null);
      if (name === 'payments') await assertAccessible(page, `failing ${name} ${language}`);
      busy = false;
      for (const button of await page.getByRole('button', { name: again }).elementHandles()) {
        await button.click();
        await button.waitForElementState('hidden');
      }
      await page.getByText(emptyPages[name][0]).first().waitFor();
    }
    await page.context().close();
  });
}

test('payments: balance, open invoices by age and the statement are those of the API', async () => {
  await seedMoney(world);
  const [open, statement] = [await get('/open-invoices'), await get('/statement')];
  assert.equal(open.items.length, 2, 'the first invoice is paid, two are open');
  assert.ok(open.ageing.filter((age) => age.open !== '0.00').length >= 2, JSON.stringify(open.ageing));
  const from = await get(`/statement?from=${open.items[1].month}`);
  for (const [language, look] of languages) {
    const page = await world.openAs('basic', '/payments', look);
    await says(page, 'balance', yuan(statement.balance));
    await says(page, 'balance-owed', yuan(statement.owed));
    await says(page, 'balance-credit', yuan(statement.credit));
    await says(page, 'open-total', yuan(open.open));
    for (const age of open.ageing) await says(page, `ageing-${age.from_days}`, yuan(age.open));
    const rows = await page.getByTestId('open-invoices').locator('tbody tr').allInnerTexts();
    assert.equal(rows.length, open.items.length);
    for (const [place, each] of open.items.entries()) {
      for (const figure of [each.number, yuan(each.total), yuan(each.paid), yuan(each.open), String(each.days)]) {
        assert.ok(rows[place].includes(figure), `${figure} in ${rows[place]}`);
      }
    }
    await page.getByTestId('payments').getByText('CMB-20261203-00017').waitFor();
    await page.getByTestId('adjustments').getByText(yuan('20.00')).waitFor();
    await done(page, `payments ${language}`);
  }
  assert.ok(from.months.length >= 2);
});

test('the statement shows every entry with its balance, and its file is the same', async () => {
  const { month } = await get('/usage/current');
  const back = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 12, 1)).toISOString().slice(0, 7);
  const statement = await get(`/statement?from=${back}&to=${month}`);
  const entries = statement.months.flatMap((each) => each.entries);
  assert.ok(entries.length >= 7, `${entries.length} entries`);
  for (const [language, look] of languages) {
    const page = await world.openAs('basic', '/payments', look);
    await page.getByTestId('statement').waitFor();
    await page.getByLabel(language === 'zh' ? '月份' : 'Months', { exact: true }).first().click();
    await page.getByRole('option', { name: language === 'zh' ? '最近 12 个月' : 'Last 12 months' }).click();
    await page.locator('[data-testid=statement] [data-testid=entry]').nth(entries.length - 1).waitFor();
    const rows = await page.getByTestId('entry').allInnerTexts();
    assert.equal(rows.length, entries.length);
    for (const [place, entry] of entries.entries()) {
      assert.ok(rows[place].includes(signed(entry.amount)), `${signed(entry.amount)} in ${rows[place]}`);
      assert.ok(rows[place].includes(yuan(entry.balance)), `${yuan(entry.balance)} in ${rows[place]}`);
      assert.doesNotMatch(rows[place], language === 'zh' ? /payment|invoice|credit|reversed/i : /[\u4e00-\u9fff]/);
    }
    await says(page, 'opening', yuan(statement.months[0].opening));
    await says(page, 'closing', yuan(statement.months.at(-1).closing));
    const file = await download(page, 'download-statement');
    assert.equal(file.name, `statement-${back}-${month}.csv`);
    const csv = file.bytes.toString('utf8');
    for (const entry of entries) assert.ok(csv.includes(`${entry.amount},${entry.balance},CNY`), entry.text);
    await done(page);
  }
});

test('a bill that is not paid is told with its balance and the day the service stops', async () => {
  const state = await seedArrears(world);
  assert.ok(['reminded', 'grace'].includes(state), state);
  const { balance } = await get('/arrears');
  for (const [language, look] of languages) {
    const page = await world.openAs('basic', '/payments', look);
    const notice = page.getByTestId('arrears');
    await notice.getByText(yuan(balance)).waitFor();
    assert.match(await notice.innerText(), language === 'zh' ? /服务将于 2027年2月\d+日.*停止/ : /stops on \d+ Feb 2027/);
    await done(page, `arrears ${language}`);
  }
});

test('an operator records a payment, and it clears the arrears; the same again books nothing', async () => {
  const operator = world.login({ realm: 'operator' });
  const { open } = await get('/open-invoices');
  const page = await world.open(operator, `/accounts/${account}/payments`);
  const record = async (amount) => {
    await page.getByTestId('record-payment').click();
    await page.locator('input[name=id]').fill('CMB-20270207-1');
    await page.locator('input[name=amount]').fill(amount);
    await page.getByTestId('submit-form').click();
  };
  await record(open);
  await page.getByTestId('done').getByText('The payment is booked.').waitFor();
  await page.getByText('Nothing is open').waitFor();
  await page.getByTestId('arrears').waitFor({ state: 'detached' });
  assert.equal((await get('/open-invoices')).open, '0.00');
  assert.equal((await get('/arrears')).state, 'clear');
  await says(page, 'balance', yuan((await get('/statement')).balance));
  await record(open);
  await page.getByTestId('done').getByText('was booked before').waitFor();
  await record('1.00');
  await page.locator('input[name=id][aria-invalid=true]').waitFor();
  await assertAccessible(page, 'record a payment');
  assert.equal((await get('/payments')).items.filter(({ id }) => id === 'CMB-20270207-1').length, 1);
  await page.context().close();
  const customer = await world.openAs('basic', '/payments');
  await customer.getByTestId('balance').waitFor();
  assert.equal(await customer.getByTestId('record-payment').count(), 0);
  await done(customer);
});

test('a bank file is looked at, booked, and what names nobody is assigned', async () => {
  const operator = world.login({ realm: 'operator' });
  const [{ number }] = (await get('/invoices')).items;
  for (const [language, look] of languages) {
    const page = await world.open(operator, '/received', look);
    await page.locator('textarea[name=csv]').fill(bankFile(number).replaceAll('CMB-', `CMB-${language}-`));
    const preview = page.getByTestId('import-preview');
    await preview.getByText('Acme, Ltd').waitFor();
    assert.match(await preview.innerText(), language === 'zh' ? /共 3 行，尚未入账/ : /3 rows\. Nothing is booked yet/);
    assert.equal((await get('/payments')).items.some(({ id }) => id === `CMB-${language}-1`), false);
    await page.getByTestId('book-import').click();
    for (const [result, count] of Object.entries({ booked: 1, suspense: 1, refused: 1 })) {
      assert.match(await page.getByTestId(`import-${result}`).innerText(), new RegExp(`\\b${count}\\b`));
    }
    const waiting = page.getByTestId(`waiting-CMB-${language}-2`);
    await waiting.getByText(yuan('500.00')).waitFor();
    await assertAccessible(page, `received ${language}`);
    await waiting.locator('input:visible').click();
    await page.getByRole('option', { name: 'Acme' }).click();
    await waiting.getByRole('button').click();
    await page.getByTestId('assigned').waitFor();
    await waiting.waitFor({ state: 'detached' });
    const mine = (await get('/payments')).items;
    assert.equal(mine.find(({ id }) => id === `CMB-${language}-2`).amount, '500.00');
    assert.ok(mine.some(({ id }) => id === `CMB-${language}-1`));
    await done(page);
  }
});

test('a prepaid balance: what is left, and each amount with its end', async () => {
  const bird = await seedPrepaid(world);
  const prepaid = await world.operator('GET', `/accounts/${bird}/prepaid`);
  assert.deepEqual([prepaid.available, prepaid.grants.length], ['1284.50', 2]);
  for (const [language, look] of languages) {
    const page = await world.openAs('free', '/payments', look);
    await says(page, 'prepaid-left', yuan(prepaid.left));
    await says(page, 'prepaid-available', yuan(prepaid.available));
    await says(page, 'prepaid-used', yuan(prepaid.used));
    for (const grant of prepaid.grants) {
      const row = await page.getByTestId(`grant-${grant.id}`).innerText();
      assert.ok(row.includes(yuan(grant.amount)) && row.includes(yuan(grant.left)), row);
      const end = grant.expires_at === null ? /no end|长期有效/ : language === 'zh' ? /2027年4月2日/ : /2 Apr 2027/;
      assert.match(row, end);
    }
    await done(page, `prepaid ${language}`);
  }
});
