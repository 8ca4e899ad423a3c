// What a customer checks of a bill: forecast, uptime, what-if, an invoice with its proof, its files, its credit notes.
// Each figure of the page is the one that the REST API gives, to the cent, in both languages.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { assertAccessible, languages } from './browser.mjs';
import { answerOf, download, says, World, yuan } from './world.mjs';

let world;

/** A contract that makes every kind of line: little is included, a discount, a tax. */
before(async () => {
  world = await World.start();
  const { account } = world.customer('basic');
  await world.operator('PUT', `/accounts/${account}/contract`, {
    discount_percent: '7.5',
    overrides: { plan: 'basic', quota: { pcu: 0, messages: 3 }, rates: { messages_per_million: '123456.7' } },
    reason: 'terms of the browser tests',
  });
  await world.operator('PUT', `/accounts/${account}/tax`, { rate_percent: '6', reason: 'terms of the browser tests' });
  const page = await world.openAs('basic', '');
  await page.getByTestId('connect').click();
  await page.locator('[data-testid=live-state][data-state=on]').waitFor();
  for (const text of ['one', 'two', 'x'.repeat(2000)]) await world.publish('basic', text);
  await page.getByTestId('messages').getByText('two').waitFor();
  await page.context().close();
});
after(() => world?.stop());

for (const [language, look] of languages) {
  test(`${language}: the forecast and the uptime are those of the API`, async () => {
    const page = await world.openAs('basic', '', look);
    const [forecast, sla] = await Promise.all([answerOf(page, '/forecast'), answerOf(page, '/sla')]);
    await says(page, 'forecast-bill', yuan(forecast.bill.total));
    for (const meter of ['pcu', 'messages']) {
      const cells = await page.getByTestId(`forecast-${meter}`).locator('td').allInnerTexts();
      const digits = (text) => text.replace(/[^\d]/g, ' ').trim().split(/ +/)[0];
      assert.equal(digits(cells[0].replaceAll(',', '')), forecast.meters[meter].used, meter);
      assert.equal(digits(cells[1].replaceAll(',', '')), forecast.meters[meter].expected.split('.')[0], meter);
    }
    assert.equal(sla.measured, true);
    await says(page, 'uptime', `${sla.uptime_so_far_percent}%`);
    page.check();
    await page.context().close();
  });

  test(`${language}: the month on every plan costs what the API says, line by line`, async () => {
    const page = await world.openAs('basic', '/plans', look);
    const rated = await answerOf(page, '/what-if');
    assert.ok(rated.invoices.length >= 4);
    for (const row of rated.invoices) {
      const shown = page.getByTestId(`what-if-${row.plan}`);
      if (row.possible === false) continue;
      await shown.getByText(yuan(row.total), { exact: true }).waitFor();
      if (row.current) continue;
      const sign = row.difference.startsWith('-') ? '' : '+';
      await shown.getByText(`${sign}${yuan(row.difference)}`, { exact: true }).waitFor();
    }
    const dearest = rated.invoices.findLast((row) => row.possible !== false);
    await page.getByTestId(`what-if-${dearest.plan}`).getByRole('button').click();
    const opened = page.locator('.opened');
    assert.equal(await opened.getByTestId('bill-total').innerText(), yuan(dearest.total));
    for (const line of dearest.lines) {
      const amount = await opened.getByTestId(`line-${line.kind}`).locator('.amount').innerText();
      assert.equal(amount, yuan(line.amount), line.kind);
    }
    await assertAccessible(page, 'what-if with an open row');
    page.check();
    await page.context().close();
  });
}

test('a month is closed, and its invoice proves itself', async () => {
  const { account } = world.customer('basic');
  const { number } = await world.closeMonth(account);
  const invoice = await world.operator('GET', `/accounts/${account}/invoices/${number}`);
  assert.deepEqual(new Set(invoice.lines.map(({ kind }) => kind)), new Set(['base', 'pcu', 'messages', 'discount', 'tax', 'storage']));
  for (const [language, look] of languages) {
    const page = await world.openAs('basic', '/invoices', look);
    await page.getByTestId('invoices').getByText(yuan(invoice.total), { exact: true }).waitFor();
    const proving = answerOf(page, '/proof');
    await page.getByTestId('invoices').getByRole('link').first().click();
    assert.equal(await page.getByTestId('bill-total').innerText(), yuan(invoice.total));
    for (const line of invoice.lines) {
      const amount = await page.getByTestId(`line-${line.kind}`).locator('.amount').innerText();
      assert.equal(amount, yuan(line.amount), line.kind);
    }
    const proof = await proving;
    assert.equal(proof.holds, true);
    assert.equal(proof.total, invoice.total);
    const verdict = page.getByTestId('proof-verdict');
    await verdict.getByText(yuan(invoice.total)).waitFor();
    assert.match(await verdict.innerText(), language === 'zh' ? /分毫不差/ : /the same to the last digit/);
    assert.equal((await page.getByTestId('proof-records').innerText()).replaceAll(',', ''), String(proof.records));
    assert.equal((await page.getByTestId('proof-hours').innerText()).replaceAll(',', ''), String(proof.hours));
    await page.getByText(proof.document_sha256).waitFor();
    await page.getByTestId('peaks').locator('summary').first().click();
    await page.getByTestId('peaks').getByText(/^console-/).first().waitFor();
    await assertAccessible(page, `invoice ${language}`);
    page.check();
    await page.context().close();
  }
});

test('the files of an invoice are those of the server, and sum to the invoice', async () => {
  const { account } = world.customer('basic');
  const [head] = (await world.operator('GET', `/accounts/${account}/invoices`)).items;
  const invoice = await world.operator('GET', `/accounts/${account}/invoices/${head.number}`);
  const page = await world.openAs('basic', `/invoices/${head.number}`);
  await page.getByTestId('bill-total').waitFor();
  const json = await download(page, 'download-json');
  assert.equal(createHash('sha256').update(json.bytes).digest('hex'), invoice.sha256);
  assert.equal(JSON.parse(json.bytes).total, invoice.total);
  const csv = (await download(page, 'download-csv')).bytes.toString('utf8');
  const rows = csv.trim().split(/\r?\n/).map((line) => line.split(','));
  for (const line of invoice.lines) {
    assert.ok(rows.some((row) => row.includes(line.kind) && row.includes(line.amount)), `${line.kind} in the CSV`);
  }
  assert.ok(rows.some((row) => row[0] === 'total' && row.includes(invoice.total)), 'the total in the CSV');
  const pdf = await download(page, 'download-pdf');
  assert.match(pdf.name, new RegExp(`^${head.number}.*\\.pdf$`));
  assert.equal(pdf.bytes.subarray(0, 5).toString(), '%PDF-');
  assert.match(pdf.bytes.subarray(-8).toString('latin1'), /%%EOF/);
  const sheet = await download(page, 'download-xlsx');
  assert.equal(sheet.bytes.subarray(0, 4).toString('latin1'), 'PK\x03\x04');
  assert.ok(sheet.bytes.includes('xl/workbook.xml'), 'a workbook');
  const bundle = await download(page, 'download-bundle');
  assert.ok(bundle.bytes.length > 1000);
  assert.equal(await page.getByTestId('verify-command').innerText(), `postage verify ${bundle.name}`);
  page.check();
  await page.context().close();
});

test('a file that the server refuses is told, and nothing is saved', async () => {
  const { account } = world.customer('basic');
  const [{ number }] = (await world.operator('GET', `/accounts/${account}/invoices`)).items;
  const page = await world.openAs('basic', `/invoices/${number}`);
  await page.getByTestId('bill-total').waitFor();
  await page.route('**/*format=pdf', (route) => route.fulfill({ status: 503, body: '{"detail":"no space for it"}' }));
  await page.getByTestId('download-pdf').click();
  await page.getByRole('alert').getByText('no space for it').waitFor();
  await page.context().close();
});

test('credit notes: a part first, then the rest makes the invoice void', async () => {
  const { account } = world.customer('basic');
  const [{ number, total }] = (await world.operator('GET', `/accounts/${account}/invoices`)).items;
  const path = `/accounts/${account}/invoices/${number}`;
  const part = await world.operator('POST', `${path}/credit-notes`, { amount: '1.23', reason: 'one message too many' });
  const shown = async (look, state) => {
    const page = await world.openAs('basic', `/invoices/${number}`, look);
    await page.getByTestId('credit-state').getByText(state).waitFor();
    return page;
  };
  for (const [language, look] of languages) {
    const page = await shown(look, language === 'zh' ? '部分' : 'A part of this invoice has been credited');
    const notes = await page.getByTestId('credit-notes').locator('li').allInnerTexts();
    assert.equal(notes.length, 1);
    assert.ok(notes[0].includes(part.number) && notes[0].includes(yuan(`-${part.total}`)), notes[0]);
    assert.equal(part.total, '1.23');
    await page.context().close();
  }
  const rest = await world.operator('POST', `${path}:void`, { reason: 'all of it' });
  assert.equal(rest.left, '0.00');
  for (const [language, look] of languages) {
    const page = await shown(look, language === 'zh' ? '作废' : 'This invoice is void');
    const notes = await page.getByTestId('credit-notes').locator('li').allInnerTexts();
    assert.equal(notes.length, 2);
    assert.ok(notes.some((note) => note.includes(rest.number) && note.includes(yuan(`-${rest.total}`))), notes.join('|'));
    // The invoice itself stays as it was issued.
    assert.equal(await page.getByTestId('bill-total').innerText(), yuan(total));
    await assertAccessible(page, `void invoice ${language}`);
    await page.goto(page.url().replace(/\/[^/]+$/, ''));
    await page.getByTestId('invoices').getByText(language === 'zh' ? '已作废' : 'Void').waitFor();
    page.check();
    await page.context().close();
  }
});
