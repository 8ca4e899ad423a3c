// A customer's own limits, its contract, and its support requests, clicked through against the real server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, done, languages, looks } from './browser.mjs';
import { fullContract, seedLimits, seedSupport } from './seed.mjs';
import { says, World, yuan } from './world.mjs';

let world;
let account;
const get = (path) => world.operator('GET', `/accounts/${account}${path}`);
const grouped = (text) => String(text).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

before(async () => {
  world = await World.start();
  account = world.customer('basic').account;
});
after(() => world?.stop());

test('a budget is set, shown with the running bill, refused when it is no amount, and removed', async () => {
  const page = await world.openAs('basic', '/limits');
  await says(page, 'budget', 'No budget');
  const set = async (amount) => {
    await page.locator('input[name=budget]').fill(amount);
    await page.getByTestId('set-budget').click();
  };
  await set('1234.5');
  await page.getByTestId('budget-done').getByText('¥1,234.50').waitFor();
  const { budget } = await get('/terms');
  assert.equal(budget, '1234.50');
  await says(page, 'budget', yuan(budget));
  await says(page, 'bill-so-far', yuan((await get('/bill')).total));
  await set('a lot');
  await page.getByRole('alert').getByText(/decimal/).waitFor();
  assert.equal((await get('/terms')).budget, '1234.50');
  await assertAccessible(page, 'budget refused');
  await page.getByTestId('remove-budget').click();
  await says(page, 'budget', 'No budget');
  assert.equal((await get('/terms')).budget, null);
  await done(page, 'limits');
});

test('a cap is made, changed and removed by hand', async () => {
  const page = await world.openAs('basic', '/limits');
  await page.getByTestId('add-cap').click();
  await page.getByRole('dialog').waitFor();
  await page.locator('input[name=units]').fill('7000000');
  await page.locator('input[name=amount]').fill('99.50');
  await assertAccessible(page, 'the form of a cap');
  await page.getByTestId('save-cap').click();
  await page.getByTestId('caps').waitFor();
  const [cap] = (await get('/caps')).items;
  assert.deepEqual([cap.scope, cap.units, cap.amount], ['project', '7000000', '99.50']);
  const row = page.getByTestId(`cap-${cap.id}`);
  for (const text of ['7,000,000 units', '¥99.50', '0% used', 'Project support-chat']) {
    await row.getByText(text, { exact: true }).first().waitFor();
  }
  await row.getByRole('button', { name: 'Change' }).click();
  await page.locator('input[name=amount]').fill('');
  await page.locator('input[name=units]').fill('8000000');
  await page.getByTestId('save-cap').click();
  await row.getByText('8,000,000 units').waitFor();
  assert.equal((await get('/caps')).items[0].amount, null);
  await row.getByRole('button', { name: 'Remove' }).click();
  await page.getByTestId('confirm-remove').click();
  await page.getByText('No caps yet').waitFor();
  assert.deepEqual((await get('/caps')).items, []);
  await done(page);
});

test('a cap that is used up refuses: the page says so before anything is sent, and the server does', async () => {
  const full = await seedLimits(world);
  const { items } = await get('/caps');
  for (const [language, look] of languages) {
    const page = await world.openAs('basic', '/limits', look);
    await page.getByTestId('caps').waitFor();
    for (const cap of items) {
      const row = (await page.getByTestId(`cap-${cap.id}`).innerText()).replaceAll('\n', ' ');
      if (cap.units !== null) assert.ok(row.includes(grouped(cap.units)), row);
      if (cap.amount !== null) assert.ok(row.includes(yuan(cap.amount)) && row.includes(yuan(cap.used_amount)), row);
      assert.ok(row.includes(grouped(cap.used_units)), row);
    }
    const state = language === 'zh' ? '正在拒绝' : 'Refuses now';
    await page.getByTestId(`cap-${full.id}`).getByText(state, { exact: true }).waitFor();
    const before = (await get('/usage/current')).meters.messages.used;
    const check = async (channel) => {
      await page.locator('input[name=channel]').fill(channel);
      await page.locator('input[name=message]').fill('x'.repeat(1500));
      const [answer] = await Promise.all([
        page.waitForResponse((each) => each.url().includes(`/channels/${channel}/messages`)),
        page.getByTestId('try-check').click(),
      ]);
      return answer.json();
    };
    const refused = await check('lobby');
    assert.equal(refused.admitted, false);
    assert.equal(refused.refused_by.name, 'budget');
    const answer = page.getByTestId('try-answer');
    await answer.getByText(language === 'zh' ? '会被拒绝' : 'It would be refused').waitFor();
    assert.match(await answer.innerText(), language === 'zh' ? /预算或用量上限/ : /budget or a cap of your own/);
    await says(page, 'try-units', refused.units);
    await says(page, 'try-list', yuan(refused.price.list));
    await assertAccessible(page, `refused ${language}`);
    const admitted = await check('hall');
    assert.equal(admitted.admitted, true);
    await answer.getByText(language === 'zh' ? '可以发送' : 'It would be sent').waitFor();
    await says(page, 'try-adds', yuan(admitted.price.adds_to_bill));
    assert.equal((await get('/usage/current')).meters.messages.used, before, 'looking is not counted');
    await done(page);
  }
  const real = await world.tryPublish('basic', 'one more');
  assert.equal(real.status, 402);
});

test('a contract is read in sentences, with what comes later and who agreed it', async () => {
  await world.operator('PUT', `/accounts/${account}/contract`, fullContract);
  const { end } = await get('/usage/current');
  const later = { discount_percent: '10', from: end, reason: 'from next month' };
  await world.operator('PUT', `/accounts/${account}/contract`, later);
  await world.operator('PUT', `/accounts/${account}/tax`, { rate_percent: '6', reason: 'VAT' });
  const said = {
    en: ['Discount of 5% on the month’s fee'.replace('’', "'"), 'Committed minimum of ¥300.00 a month', 'Bundle “Spring” for ¥120.00 a month: 5,000,000 units', 'from ¥10,000.00: 2.5%', 'Peak connections included: 800 connections', '¥18.50 per million', 'Geo-fencing: included'],
    zh: ['当月费用享 5% 折扣', '每月承诺最低消费 ¥300.00', '资源包“Spring”，每月 ¥120.00：5,000,000条', '满 ¥10,000.00：2.5%', '峰值连接数配额：800 个连接', '¥18.50', '地理围栏：包含'],
  };
  for (const [language, look] of languages) {
    const page = await world.openAs('basic', '/contract', look);
    const agreed = page.getByTestId('agreed');
    for (const text of said[language]) await agreed.getByText(text).first().waitFor();
    assert.match(await page.getByTestId('terms-tax').innerText(), /^6%/);
    const all = await page.getByTestId('contracts').innerText();
    assert.match(all, language === 'zh' ? /待生效[\s\S]*享 10% 折扣/ : /Later[\s\S]*Discount of 10%/);
    const history = await page.getByTestId('history').innerText();
    assert.ok(history.includes('order form 2026-17') && history.includes('from next month'), history);
    const features = await page.getByTestId('features').innerText();
    assert.match(features, language === 'zh' ? /响应时间\s+24 小时内/ : /Response time\s+within 24 hours/);
    assert.doesNotMatch(await page.locator('main').innerText(), /_|wecom_support|payg|graduated/);
    await done(page, `contract ${language}`);
  }
});

test('a support request is sent, answered, gone on with and closed', async () => {
  const page = await world.openAs('basic', '/support');
  await page.getByText('No requests yet').waitFor();
  await page.getByTestId('ask').click();
  await page.locator('input[name=subject]').fill('A line that I do not understand');
  await page.locator('textarea[name=text]').fill('What is a unit?');
  await assertAccessible(page, 'the form of a request');
  await page.getByTestId('send-request').click();
  await page.getByTestId('sent').getByText(/The answer is due by/).waitFor();
  const [request] = (await get('/support-requests')).items;
  assert.ok(request.due_at, 'the plan promises an answer');
  const { zone } = await get('/usage/current');
  const due = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZone: zone });
  await page.getByTestId(`request-${request.id}`).getByText(due.format(new Date(request.due_at))).waitFor();
  await page.getByTestId(`request-${request.id}`).getByRole('link').click();
  await page.getByTestId('story').getByText('What is a unit?').waitFor();
  await done(page, 'a request');

  const desk = await world.open(world.login({ realm: 'operator' }), '/support');
  await desk.getByTestId(`request-${request.id}`).getByRole('link').click();
  await desk.locator('textarea[name=comment]').fill('1,024 bytes begun.');
  await desk.getByTestId('send-comment').click();
  await desk.getByTestId('story').getByText('1,024 bytes begun.').waitFor();
  await desk.context().close();

  const zh = await world.openAs('basic', `/support/${request.id}`, looks.zh);
  await zh.getByTestId('request-state').getByText('已答复').waitFor();
  await zh.locator('textarea[name=comment]').fill('谢谢');
  await zh.getByTestId('send-comment').click();
  await zh.getByTestId('request-state').getByText('重新打开').waitFor();
  await zh.getByTestId('close-request').click();
  await zh.getByTestId('request-state').getByText('已关闭').waitFor();
  assert.equal((await get(`/support-requests/${request.id}`)).state, 'closed');
  const kinds = (await get(`/support-requests/${request.id}`)).entries.map(({ kind }) => kind);
  assert.deepEqual(kinds, ['opened', 'answer', 'comment', 'closed']);
  await done(zh, 'a closed request');
});

test('a list of requests fits and reads in both languages', async () => {
  const { open } = await seedSupport(world);
  for (const [language, look] of languages) {
    const page = await world.openAs('basic', '/support', look);
    const row = page.getByTestId(`request-${open.id}`);
    await row.getByText(language === 'zh' ? '待答复' : 'Open', { exact: true }).waitFor();
    await row.getByText(language === 'zh' ? '高' : 'High', { exact: true }).waitFor();
    await done(page, `support ${language}`);
  }
});

test('who may only look is offered nothing to change', async () => {
  const email = 'viewer@example.com';
  const who = world.customer('basic');
  await world.as(who, 'POST', `/accounts/${account}/people`, { email, role: 'viewer', name: 'Vi', password: 'postage-viewer' });
  const page = await world.open({ email, password: 'postage-viewer' }, `/accounts/${account}/limits`);
  await page.getByText('Your role may see limits but not change them.').waitFor();
  for (const id of ['add-cap', 'set-budget', 'try-check']) assert.equal(await page.getByTestId(id).count(), 0, id);
  await page.getByRole('alert').getByText('You may not see or do this.').first().waitFor();
  await page.context().close();
  const support = await world.open({ email, password: 'postage-viewer' }, `/accounts/${account}/support`);
  await support.getByTestId('requests').waitFor();
  assert.equal(await support.getByTestId('ask').count(), 0);
  await done(support, 'support of a viewer');
});
