// What operators do by hand, clicked through against the real server and read back over REST to the cent: bookings,
// prepaid, terms of collection, contracts, tax, accounts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, done, languages, looks } from './browser.mjs';
import { fullContract, seedMoney } from './seed.mjs';
import { says, World, yuan } from './world.mjs';

let world;
let account;
let desk;
const get = (path) => world.operator('GET', `/accounts/${account}${path}`);
const open = (path, look) => world.open(desk, `/accounts/${account}${path}`, look);
const field = (page, name) => page.locator(`[data-field="${name}"]`);
const submit = (page) => page.getByTestId('submit-form').click();

/** Fills fields by name. */
async function fill(page, values) {
  for (const [name, value] of Object.entries(values)) await field(page, name).fill(value);
}

/** Picks an option of a select by its field's name. */
async function pick(page, name, option) {
  await field(page, name).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

/** The mistake that stands at a field. */
async function mistakeAt(page, name, text) {
  await page.locator(`[data-field="${name}"][aria-invalid=true]`).waitFor();
  await page.waitForFunction(
    ({ name, source, flags }) => {
      const input = document.querySelector(`[data-field="${name}"]`);
      const ids = (input?.getAttribute('aria-describedby') ?? '').split(/\s+/).filter(Boolean);
      return new RegExp(source, flags).test(ids.map((id) => document.getElementById(id)?.innerText ?? '').join('\n'));
    },
    { name, source: text.source, flags: text.flags },
  );
}

before(async () => {
  world = await World.start();
  desk = world.login({ realm: 'operator' });
  account = await seedMoney(world);
});
after(() => world?.stop());

test('goodwill is booked once, whatever is clicked and whatever is lost on the way', async () => {
  const before = await get('/statement');
  const page = await open('/payments');
  await page.getByTestId('more-bookings').click();
  await page.getByTestId('open-credit').click();
  await submit(page);
  await mistakeAt(page, 'amount', /Fill this in/);
  await mistakeAt(page, 'reason', /Fill this in/);
  await fill(page, { amount: '0.001', reason: 'slow answer' });
  await mistakeAt(page, 'amount', /At most 2 digits/);
  await fill(page, { amount: '１２.34', reference: 'GW-1' });
  assert.equal(await field(page, 'amount').inputValue(), '12.34', 'full-width digits are taken');
  assert.match(await page.getByTestId('effect').innerText(), /¥12\.34 is given to the account/);
  await assertAccessible(page, 'the form of a credit');
  // The first answer is lost after the server has booked: the form says so, and the second try books nothing more.
  let lost = 0;
  await page.route('**/credits', async (route) => {
    if (lost > 0) return route.continue();
    lost += 1;
    await route.fetch();
    return route.abort();
  });
  await submit(page);
  await page.getByRole('alert').waitFor();
  await page.getByTestId('submit-form').dblclick();
  await page.getByTestId('done').waitFor();
  const booked = (await get('/adjustments')).items.filter(({ reference }) => reference === 'GW-1');
  assert.deepEqual(booked.map(({ kind, amount, why }) => [kind, amount, why]), [['credit', '12.34', 'slow answer']]);
  const { balance } = await get('/statement');
  assert.equal(Math.round(Number(balance) * 100) - Math.round(Number(before.balance) * 100), 1234);
  await says(page, 'balance', yuan(balance));
  await page.getByTestId('adjustments').getByText('GW-1').waitFor();
  await done(page, 'a credit was given');
});

test('the same reference books nothing again, and stands for no other amount', async () => {
  const page = await open('/payments', looks.zh);
  await page.getByTestId('adjustments').waitFor();
  const give = async (amount) => {
    await page.getByTestId('more-bookings').click();
    await page.getByTestId('open-credit').click();
    await fill(page, { amount, reference: 'GW-1', reason: '响应慢' });
    await submit(page);
  };
  await give('12.34');
  await page.getByTestId('done').getByText('本次未入账').waitFor();
  await give('12.35');
  await mistakeAt(page, 'reference', /another amount/);
  await assertAccessible(page, 'a refused credit');
  assert.equal((await get('/adjustments')).items.filter(({ reference }) => reference === 'GW-1').length, 1);
  await done(page);
});

test('no more is refunded than can be paid back, by the page and by the server', async () => {
  await world.operator('POST', `/accounts/${account}/payments`, { id: 'R-1', date: '2027-02-01', amount: '5000.00', currency: 'CNY' });
  const { refundable, credit } = await get('/statement');
  assert.ok(Number(refundable) > 100 && Number(refundable) <= Number(credit), refundable);
  const page = await open('/payments');
  await says(page, 'balance-credit', yuan(credit));
  await page.getByTestId('more-bookings').click();
  await page.getByTestId('open-refund').click();
  await page.getByText(`At most ${yuan(refundable)}`).waitFor();
  await fill(page, { amount: String(Number(refundable) + 1), reference: 'RF-1', reason: 'asked for it' });
  await submit(page);
  await mistakeAt(page, 'amount', new RegExp(`At most ${yuan(refundable).replace('.', '\\.')}`));
  // Somebody else pays back in the meantime: now only the server knows.
  await world.operator('POST', `/accounts/${account}/refunds`, { reference: 'RF-0', amount: '0.01', reason: 'a cent' });
  await fill(page, { amount: refundable });
  await submit(page);
  const left = (await get('/statement')).refundable;
  await mistakeAt(page, 'amount', new RegExp(`At most ${yuan(left).replace('.', '\\.')}: (so much was paid in|that is the account)`));
  await fill(page, { amount: '99.99' });
  await submit(page);
  await page.getByTestId('done').getByText('¥99.99').waitFor();
  const after = await get('/statement');
  assert.equal(Math.round(Number(refundable) * 100) - Math.round(Number(after.refundable) * 100), 10_000);
  await says(page, 'balance-credit', yuan(after.credit));
  await done(page, 'refunded');
});

test('what is open of an invoice is written off, and a payment is reversed', async () => {
  const { items } = await get('/payments');
  const { payment } = items.find(({ id }) => id === 'CMB-20261203-00017');
  for (const [language, look] of [['en', looks.en]]) {
    const page = await open('/payments', look);
    await page.getByTestId(`reverse-${payment}`).click();
    await submit(page);
    await mistakeAt(page, 'reason', /Fill this in/);
    await fill(page, { reason: 'the bank took it back' });
    assert.match(await page.getByTestId('effect').innerText(), /CMB-20261203-00017 of ¥500\.00 did not happen/);
    await assertAccessible(page, `reverse ${language}`);
    await submit(page);
    await page.getByTestId('done').getByText('is reversed').waitFor();
    assert.equal((await get('/payments')).items.find((each) => each.payment === payment).reversed, true);
    assert.equal(await page.getByTestId(`reverse-${payment}`).count(), 0, 'it cannot be reversed twice');
    await done(page);
  }
  // What was paid in goes back, so that the month's invoice finds nothing to pay it.
  const { refundable } = await get('/statement');
  if (Number(refundable) > 0) {
    await world.operator('POST', `/accounts/${account}/refunds`, { reference: 'RF-2', amount: refundable, reason: 'sent back' });
  }
  await world.closeMonth(account);
  const invoice = (await get('/open-invoices')).items.at(-1);
  assert.ok(invoice, 'an invoice is open');
  const page = await open('/payments', looks.zh);
  await page.getByTestId(`write-off-${invoice.number}`).click();
  assert.equal(await field(page, 'amount').inputValue(), invoice.open);
  await fill(page, { amount: `${invoice.open}1`, reason: '无法收回' });
  await submit(page);
  await mistakeAt(page, 'amount', /小数点后最多 2 位/);
  await fill(page, { amount: '1.25' });
  assert.match(await page.getByTestId('effect').innerText(), new RegExp(`${invoice.number} 的¥1\\.25按坏账核销`));
  await assertAccessible(page, 'write off');
  await submit(page);
  await page.getByTestId('done').getByText('已核销 ¥1.25').waitFor();
  const left = (await get('/open-invoices')).items.find(({ number }) => number === invoice.number);
  assert.equal(Math.round(Number(invoice.open) * 100) - Math.round(Number(left.open) * 100), 125);
  await page.getByTestId('open-invoices').getByText(yuan(left.open)).first().waitFor();
  await done(page, 'written off');
});

test('an account is made prepaid, gets an amount with an end, and is billed after the month again', async () => {
  for (const [language, look] of languages) {
    const page = await open('/payments', look);
    await page.getByTestId('switch-prepaid').click();
    await fill(page, { reason: 'order form 2026-18' });
    await assertAccessible(page, `prepaid on ${language}`);
    await submit(page);
    await page.getByTestId('done').waitFor();
    assert.equal((await get('/prepaid')).prepaid, true);
    const { end, zone } = await get('/usage/current');
    await page.getByTestId('add-grant').click();
    await fill(page, { amount: 'a lot', reason: 'welcome' });
    await submit(page);
    await mistakeAt(page, 'amount', language === 'zh' ? /只能填数字/ : /Digits and a point/);
    const reference = `WELCOME-${language}`;
    await fill(page, { amount: '50.5', reference, expires_at: localText(end, zone) });
    await assertAccessible(page, `grant ${language}`);
    await submit(page);
    await page.getByTestId('done').getByText('¥50.50').waitFor();
    const prepaid = await get('/prepaid');
    const grant = prepaid.grants.find((each) => each.reference === reference);
    assert.deepEqual([grant.amount, grant.kind, Date.parse(grant.expires_at)], ['50.50', 'granted', Date.parse(end)]);
    await says(page, 'prepaid-available', yuan(prepaid.available));
    await page.getByTestId(`grant-${grant.id}`).waitFor();
    await page.getByTestId('switch-prepaid').click();
    await fill(page, { reason: 'back to invoices' });
    await submit(page);
    await page.getByTestId('prepaid-available').waitFor({ state: 'detached' });
    assert.equal((await get('/prepaid')).prepaid, false);
    await done(page, `prepaid off ${language}`);
  }
});

/** The instant as the clocks of `zone` show it, for a datetime-local field. */
function localText(at, zone) {
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(new Date(at));
  return parts.replace(' ', 'T');
}

test('an account gets terms of collection of its own, and the operator’s again', async () => {
  for (const [language, look] of languages) {
    const page = await open('/payments', look);
    await page.getByTestId('change-collection').click();
    await pick(page, 'mode', language === 'zh' ? '按周：同时预留实时账单金额' : 'Weekly: the running bill is set aside as well');
    await fill(page, { deduction_day: '29', grace_days: '3', tolerance: '0', weekly_grace_hours: '48', reason: 'agreed by phone' });
    await submit(page);
    await mistakeAt(page, 'deduction_day', language === 'zh' ? /1 至 28/ : /1 to 28/);
    await mistakeAt(page, 'tolerance', language === 'zh' ? /大于 0/ : /more than 0/);
    await fill(page, { deduction_day: '10', tolerance: '12.5' });
    await assertAccessible(page, `collection ${language}`);
    await submit(page);
    await page.getByTestId('done').waitFor();
    const { collection } = await get('/arrears');
    assert.deepEqual(
      [collection.mode, collection.deduction_day, collection.grace_days, collection.tolerance, collection.weekly_grace_hours, collection.own],
      ['weekly', 10, 3, '12.5', 48, true],
    );
    const said = page.getByTestId('collection');
    await said.getByText(language === 'zh' ? '差额超过 ¥12.50' : 'short by more than ¥12.50').waitFor();
    await page.getByTestId('change-collection').click();
    await pick(page, 'mode', language === 'zh' ? '运营默认规则' : 'The operator\'s terms');
    await fill(page, { reason: 'as everybody' });
    await submit(page);
    await said.getByText(language === 'zh' ? '运营默认规则' : 'The operator\'s terms').waitFor();
    assert.equal((await get('/arrears')).collection.own, false);
    await done(page, `collection ended ${language}`);
  }
});

test('a contract is written, seen in sentences and in money, and agreed as it was seen', async () => {
  const page = await open('/contract');
  await page.getByTestId('edit-contract').click();
  await page.getByTestId('draft-says').getByText('Nothing beyond the plan').waitFor();
  await fill(page, { '/discount_percent': '5' });
  await pick(page, '/minimum', 'Committed amount');
  await fill(page, { '/minimum_spend': '300.00' });
  await pick(page, '/volume_discount/applies', 'Each part of the fee (graduated)');
  await page.getByTestId('add-tier').click();
  await fill(page, { '/volume_discount/tiers/1/from': '10000.00', '/volume_discount/tiers/1/percent': '2.5' });
  await page.getByTestId('add-bundle').click();
  await fill(page, { '/bundles/0/name': 'Spring', '/bundles/0/fee': '120.00', '/bundles/0/messages': '5000000' });
  await pick(page, '/overrides/plan', 'Basic');
  await fill(page, { '/overrides/quota/pcu': '800', '/overrides/rates/messages_per_million': '18.5' });
  await page.locator('summary', { hasText: 'Features' }).click();
  await pick(page, '/overrides/features/geo_fencing', 'included');
  await page.locator('summary', { hasText: 'Technical limits' }).click();
  await fill(page, { '/overrides/limits/message_bytes_max': '65536' });
  for (const text of ["Discount of 5% on the month's fee", 'Committed minimum of ¥300.00 a month', 'from ¥10,000.00: 2.5%', 'Bundle “Spring” for ¥120.00 a month: 5,000,000 units', '¥18.50 per million', 'Geo-fencing: included', 'Message size, bytes: 65,536']) {
    await page.getByTestId('draft-says').getByText(text).first().waitFor();
  }
  const wanted = { ...fullContract, overrides: { ...fullContract.overrides, limits: { message_bytes_max: 65536 } } };
  const offer = await world.operator('PUT', `/accounts/${account}/contract`, { ...wanted, dry_run: true });
  await says(page, 'contract-before', yuan(offer.bill_before.total));
  await says(page, 'contract-after', yuan(offer.bill_after.total));
  assert.notEqual(offer.bill_before.total, offer.bill_after.total);
  await assertAccessible(page, 'the contract editor');
  await page.getByTestId('agree').click();
  await mistakeAt(page, '/reason', /Fill this in/);
  assert.deepEqual((await get('/terms')).contracts, [], 'nothing is agreed before it is sent');
  await fill(page, { '/reason': 'order form 2026-17' });
  await page.getByTestId('agree').click();
  await page.getByTestId('done').waitFor();
  const { contract, contracts } = await get('/terms');
  assert.equal(contracts.length, 1);
  assert.deepEqual(
    [contract.discount_percent, contract.minimum_spend, contract.volume_discount.tiers[1], contract.bundles[0].messages, contract.overrides],
    ['5', '300.00', { from: '10000.00', percent: '2.5' }, '5000000', { plan: 'basic', quota: { pcu: '800' }, rates: { messages_per_million: '18.5' }, features: { geo_fencing: true }, limits: { message_bytes_max: 65536 } }],
  );
  assert.equal((await get('/bill')).total, offer.bill_after.total, 'the bill is what was shown');
  await page.getByTestId('agreed').getByText('Bundle “Spring”').waitFor();
  await done(page, 'a contract was agreed');
});

test('the editor begins with what is in force; what the server refuses stands at its field', async () => {
  const { start, end, zone } = await get('/usage/current');
  for (const [language, look] of languages) {
    const page = await open('/contract/edit', look);
    await page.getByTestId('contract-after').waitFor();
    assert.equal(await field(page, '/bundles/0/fee').inputValue(), '120.00');
    assert.equal(await field(page, '/overrides/rates/messages_per_million').inputValue(), '18.5');
    await says(page, 'contract-before', yuan((await get('/bill')).total));
    await says(page, 'contract-after', yuan((await get('/bill')).total));
    await fill(page, { '/from': localText(Date.parse(start) - 86_400_000, zone) });
    await mistakeAt(page, '/from', /before the open month/);
    await assertAccessible(page, `editor ${language}`);
    await fill(page, { '/from': '', '/discount_percent': '101' });
    await mistakeAt(page, '/discount_percent', language === 'zh' ? /0 至 100/ : /0 to 100/);
    await fill(page, { '/discount_percent': '10' });
    await pick(page, '/volume_discount/applies', language === 'zh' ? '全额计算' : 'The whole fee');
    await mistakeAt(page, '/volume_discount/applies', language === 'zh' ? /账单反而降低/ : /bill falls/);
    await field(page, 'acknowledge').check();
    await page.getByTestId('draft-says').getByText(language === 'zh' ? '全部费用按达到的最高档位' : 'the whole fee at the highest tier').waitFor();
    await fill(page, { '/until': localText(end, zone), '/reason': `renewed ${language}` });
    await page.getByTestId('agree').click();
    await page.getByTestId('done').waitFor();
    const { contract } = await get('/terms');
    assert.deepEqual([contract.discount_percent, contract.volume_discount.applies, Date.parse(contract.until)], ['10', 'whole', Date.parse(end)]);
    await done(page, `agreed ${language}`);
    await world.operator('PUT', `/accounts/${account}/contract`, fullContract);
  }
});

test('a contract for later is priced by this month, and what it voids is said', async () => {
  const { end, zone } = await get('/usage/current');
  const month = 31 * 86_400_000;
  await world.operator('PUT', `/accounts/${account}/contract`, { discount_percent: '50', from: new Date(Date.parse(end) + month).toISOString(), reason: 'later' });
  const page = await open('/contract/edit');
  await fill(page, { '/from': localText(end, zone), '/discount_percent': '20' });
  await page.getByText('This month, had it been in force').waitFor();
  await page.getByText('becomes void').waitFor();
  const body = { ...fullContract, discount_percent: '20', from: end, dry_run: true };
  const offer = await world.operator('PUT', `/accounts/${account}/contract`, body);
  await says(page, 'contract-after', yuan(offer.bill_after.total));
  await done(page, 'a contract for later');
});

test('tax is set and a contract is ended, with the bill told before', async () => {
  for (const [language, look] of languages) {
    const page = await open('/contract', look);
    await page.getByTestId('open-tax').click();
    await fill(page, { rate_percent: '100.5', reason: 'VAT' });
    await submit(page);
    await mistakeAt(page, 'rate_percent', language === 'zh' ? /0 至 100/ : /0 to 100/);
    await fill(page, { rate_percent: language === 'zh' ? '13' : '9' });
    await pick(page, 'kind', language === 'zh' ? '含税：税额已含在价格内' : 'With tax: it is contained in the prices');
    await assertAccessible(page, `tax ${language}`);
    await submit(page);
    await page.getByTestId('done').waitFor();
    const { tax } = await get('/terms');
    assert.deepEqual(tax, { rate_percent: language === 'zh' ? '13' : '9', inclusive: true });
    assert.match(await page.getByTestId('terms-tax').innerText(), new RegExp(`^${tax.rate_percent}%`));
    await done(page);
  }
  await world.operator('PUT', `/accounts/${account}/contract`, fullContract);
  const page = await open('/contract');
  await page.getByTestId('open-end').click();
  const plain = await world.operator('PUT', `/accounts/${account}/contract`, { dry_run: true, reason: 'what without' });
  await page.getByTestId('effect').getByText(yuan(plain.bill_after.total)).waitFor();
  await fill(page, { reason: 'not renewed' });
  await assertAccessible(page, 'end of a contract');
  await submit(page);
  await page.getByText('Nothing beyond the plan').waitFor();
  assert.equal((await get('/bill')).total, plain.bill_after.total);
  await done(page, 'a contract was ended');
});

test('an account is opened, suspended and restored with a reason', async () => {
  for (const [language, look] of languages) {
    const name = language === 'zh' ? '北风科技' : 'North Wind';
    const page = await world.open(desk, '/', look);
    await page.getByTestId('open-account').click();
    await fill(page, { name, email: 'nobody' });
    await submit(page);
    await mistakeAt(page, 'email', language === 'zh' ? /不是有效的邮箱/ : /no e-mail address/);
    await fill(page, { email: `${language}@wind.example` });
    await pick(page, 'plan', language === 'zh' ? '基础版' : 'Basic');
    await assertAccessible(page, `open an account ${language}`);
    await submit(page);
    await page.getByTestId('done').getByText(name).waitFor();
    const made = (await world.operator('GET', '/accounts?limit=200')).items.find((each) => each.name === name);
    assert.deepEqual([made.email, made.plan, made.suspended], [`${language}@wind.example`, 'basic', false]);
    const row = page.getByTestId(`account-${made.id}`);
    const state = async (suspended) => {
      await page.getByTestId(`act-${made.id}`).click();
      await page.getByTestId('open-suspend').click();
      await fill(page, { reason: `why ${language}` });
      await submit(page);
      await page.getByTestId('done').waitFor();
      const now = await world.operator('GET', `/accounts/${made.id}`);
      assert.equal(now.suspended, suspended);
    };
    await state(true);
    await row.getByText(language === 'zh' ? '已停用' : 'Suspended', { exact: true }).waitFor();
    const events = (await world.operator('GET', `/accounts/${made.id}/audit`)).items;
    assert.equal(events.find(({ action }) => action === 'account.suspend').details.why, `why ${language}`);
    await state(false);
    await row.getByText(language === 'zh' ? '已停用' : 'Suspended', { exact: true }).waitFor({ state: 'detached' });
    await done(page, `accounts ${language}`);
  }
});

test('an account moves to another price list; the move is shown and can be taken back', async () => {
  for (const [language, look] of languages) {
    const page = await world.open(desk, '/', look);
    await page.getByTestId(`act-${account}`).click();
    await page.getByTestId('open-move').click();
    await field(page, 'catalogue').click();
    await page.getByRole('option', { name: /^cn23 / }).click();
    await fill(page, { reason: 'wants the old list' });
    await assertAccessible(page, `move ${language}`);
    await submit(page);
    // Plans that cn23 does not have need a successor.
    const map = page.locator('[data-field^="plans/"]');
    for (let place = 0; place < (await map.count()); place += 1) {
      await map.nth(place).click();
      await page.getByRole('option').first().click();
    }
    if ((await map.count()) > 0) await submit(page);
    await page.getByTestId('done').waitFor();
    const { next_catalogue: next } = await get('/terms');
    const { month } = await get('/usage/current');
    assert.equal(next.catalogue, 'cn23');
    assert.ok(next.from > month, `${next.from} after ${month}`);
    await page.getByTestId(`next-${account}`).getByText('cn23').waitFor();
    await page.getByTestId(`act-${account}`).click();
    await page.getByTestId('open-keep').click();
    await assertAccessible(page, `keep ${language}`);
    await submit(page);
    await page.getByTestId(`next-${account}`).waitFor({ state: 'detached' });
    assert.equal((await get('/terms')).next_catalogue, null);
    await done(page, `kept ${language}`);
  }
});

/** A page of an operator whose session says another role: what a role may not do is not offered. */
async function openAsRole(role, path) {
  const context = await world.browser.newContext({ locale: 'en-US' });
  const page = await context.newPage();
  await page.route('**/v1/session', async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    body.person.role = role;
    await route.fulfill({ response, json: body });
  });
  await page.goto(`${world.server.url.replace(/\/$/, '')}${path}`);
  await page.locator('input[name=email]').fill(desk.email);
  await page.locator('input[name=password]').fill(desk.password);
  await page.locator('button[type=submit]').click();
  return page;
}

test('nothing is offered that a role may not do', async () => {
  const ids = {
    '/payments': ['record-payment', 'more-bookings', 'switch-prepaid', 'add-grant', 'change-collection'],
    '/contract': ['edit-contract', 'open-tax', 'open-end'],
  };
  const ready = { '/payments': 'balance', '/contract': 'terms-plan' };
  const count = async (page, list) => Promise.all(list.map((id) => page.getByTestId(id).count()));
  for (const [path, list] of Object.entries(ids)) {
    for (const page of [await world.openAs('basic', path), await openAsRole('read_only', `/accounts/${account}${path}`)]) {
      await page.getByTestId(ready[path]).waitFor();
      assert.deepEqual(await count(page, list), list.map(() => 0), path);
      assert.equal(await page.locator('[data-testid^="write-off-"], [data-testid^="reverse-"]').count(), 0);
      await page.context().close();
    }
  }
  const finance = await openAsRole('finance', '/');
  await finance.getByTestId(`act-${account}`).click();
  await finance.getByTestId('open-suspend').waitFor();
  assert.deepEqual(await count(finance, ['open-account', 'open-move', 'open-keep']), [0, 0, 0]);
  await finance.context().close();
  const reader = await openAsRole('read_only', '/');
  await reader.getByTestId(`account-${account}`).waitFor();
  assert.deepEqual(await count(reader, ['open-account', `act-${account}`]), [0, 0]);
  await reader.context().close();
  const closed = await world.openAs('basic', '/contract/edit');
  await closed.getByText('Only operators and finance may write contracts.').waitFor();
  await done(closed, 'the editor, closed');
});
