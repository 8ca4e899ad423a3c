// What goes wrong, provoked on the real server and read on the screen in both languages.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { done, languages, launch, logIn, openPage } from './browser.mjs';
import { startDemo } from './demo_server.mjs';
import { World } from './world.mjs';

let world;
before(async () => {
  world = await World.start();
});
after(async () => {
  await world?.stop();
});

const alert = (page) => page.getByTestId('failed').first();
const han = /[\u4e00-\u9fff]/;

/** What the alert says. A Chinese one has Chinese in every line but those that repeat the server's own words. */
async function read(page, language) {
  await alert(page).waitFor();
  const text = await alert(page).innerText();
  if (language === 'zh') {
    const own = await alert(page).locator('strong, p:not(:has(q)), dt').allInnerTexts();
    for (const line of own.filter((each) => each.trim() !== '')) assert.match(line, han, `no Chinese in “${line}”`);
  } else {
    assert.doesNotMatch(text, han);
  }
  return text;
}

for (const [language, look] of languages) {
  const zh = language === 'zh';

  test(`a wrong password, and too many of them: ${language}`, async () => {
    const page = await openPage(world.browser, world.server.url, look);
    const nobody = { email: `nobody-${language}@example.com`, password: 'wrong' };
    await logIn(page, nobody);
    assert.match(await read(page, language), zh ? /邮箱或密码不正确。\s+请检查后重新输入/ : /password is wrong\.\s+Look at both again/);
    for (let tried = 1; tried < 7; tried += 1) {
      const answer = page.waitForResponse((each) => each.url().endsWith('/v1/session'));
      await page.locator('button[type=submit]').click();
      if ((await answer).status() === 429) break;
    }
    await page.getByTestId('problem-again').waitFor();
    assert.match(await read(page, language), zh ? /请求过于频繁。[^]*可以重试。/ : /Too many requests\.[^]*Possible again from/);
    await done(page, `log-in refused ${language}`);
  });

  test(`a quota that is used up says which, how much and until when: ${language}`, async () => {
    const who = world.customer('free');
    await world.operator('PUT', `/accounts/${who.account}/contract`, {
      overrides: { plan: 'free', quota: { messages: 3 } },
      reason: 'a test',
    });
    for (let status = 200; status < 300; ) ({ status } = await world.tryPublish('free', 'x'));
    const { end } = await world.operator('GET', `/accounts/${who.account}/usage/current`);
    const page = await world.openAs('free', '', look);
    await page.getByTestId('connect').click();
    const text = await read(page, language);
    assert.match(text, zh ? /套餐的消息配额已用完。/ : /The plan's message quota is used up\./);
    assert.equal(await page.getByTestId('problem-limit').innerText(), '3');
    const until = new Intl.DateTimeFormat(zh ? 'zh-CN' : 'en-GB', { timeZone: 'Asia/Shanghai', day: 'numeric', month: 'short' });
    const shown = await page.getByTestId('problem-until').innerText();
    assert.ok(shown.includes(until.format(new Date(end))) && shown.includes('Asia/Shanghai'), shown);
    await alert(page).getByRole('link', { name: zh ? '查看套餐' : 'See plans' }).waitFor();
    await done(page, `quota used up ${language}`);
  });

  test(`a cap and a budget that the server refuses name the field: ${language}`, async () => {
    const page = await world.openAs('basic', '/limits', look);
    await page.locator('input[name=budget]').fill('12.345');
    await page.getByTestId('set-budget').click();
    assert.match(await read(page, language), zh ? /金额：须为不小于 0 的数，小数最多 2 位/ : /Amount: must be a decimal number, not negative, with at most 2/);
    await page.locator('input[name=budget]').fill('600.00');
    await page.getByTestId('set-budget').click();
    await page.getByTestId('budget-done').waitFor();
    await page.getByTestId('add-cap').click();
    await page.locator('input[name=units]').fill('many');
    await page.getByTestId('save-cap').click();
    const form = page.getByRole('dialog').getByRole('alert');
    await form.waitFor();
    assert.match(await form.innerText(), zh ? /每月消息条数：须在 0 至 9223372036854775807 之间/ : /Message units a month: must be 0 to 9223372036854775807/);
    await page.locator('input[name=units]').fill('1000');
    await page.getByTestId('save-cap').click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const { items } = await world.as(world.customer('basic'), 'GET', `/accounts/${world.customer('basic').account}/caps`);
    await page.getByTestId('add-cap').click();
    await page.locator('input[name=units]').fill('1000');
    await page.getByTestId('save-cap').click();
    await form.waitFor();
    const told = await form.innerText();
    assert.match(told, zh ? /已有同样范围的上限（编号 \d+）/ : /such a cap already \(number \d+\)/);
    assert.ok(told.includes(items.at(-1).id), told);
    await done(page, `refused cap ${language}`);
    await world.as(world.customer('basic'), 'DELETE', `/accounts/${world.customer('basic').account}/caps/${items.at(-1).id}`);
  });

  test(`another's account is not there: ${language}`, async () => {
    const { account } = world.customer('basic');
    for (const path of ['', '/limits', '/invoices']) {
      const page = await world.open(world.customer('free'), `/accounts/${account}${path}`, look);
      assert.match(await read(page, language), zh ? /内容不存在，或属于其他账户。/ : /no such thing, or it belongs to another account/);
      await alert(page).getByRole('link', { name: zh ? '返回首页' : 'To the start page' }).click();
      await page.getByTestId('bill-total').waitFor();
      await done(page, path === '' ? `after a foreign account ${language}` : undefined);
    }
  });
}

test('a role that may not see something is told which right it lacks and who has it', async () => {
  const who = world.customer('basic');
  const viewer = { email: 'looker@example.com', password: 'postage-looker' };
  await world.as(who, 'POST', `/accounts/${who.account}/people`, { ...viewer, role: 'viewer', name: 'Lo' });
  for (const [language, look] of languages) {
    const page = await world.open(viewer, `/accounts/${who.account}/limits`, look);
    const text = await read(page, language);
    assert.match(text, language === 'zh' ? /需要“查看账单”的权限。 可执行此操作的角色：所有者、管理员、财务/ : /right to see bills and invoices\. Roles that may: Owner, Admin, Billing/);
    await done(page, `forbidden ${language}`);
  }
});

test('a server that has gone away is told as such, and the page finds it again by itself', async () => {
  const first = await startDemo();
  const browser = await launch();
  let server = first;
  try {
    const who = first.logins.find(({ plan }) => plan === 'basic');
    const pages = await Promise.all(
      languages.map(async ([language, look]) => {
        const page = await openPage(browser, first.url, look);
        await logIn(page, who);
        await page.getByTestId('bill-total').waitFor();
        return { language, page };
      }),
    );
    await first.stop({ keep: true });
    for (const { language, page } of pages) {
      await page.getByTestId('stale').waitFor();
      const name = language === 'zh' ? '账单' : 'Invoices';
      await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
      assert.match(await read(page, language), language === 'zh' ? /无法连接服务器。\s+请检查网络。页面每隔几秒会自动重试。/ : /cannot be reached\.[^]*asks again every few seconds by itself/);
    }
    server = await startDemo({ folder: first.folder, port: new URL(first.url).port });
    for (const { language, page } of pages) {
      await alert(page).waitFor({ state: 'detached' });
      await page.locator('.panel .empty, .panel .rows').waitFor();
      await done(page, `the server is back ${language}`);
    }
  } finally {
    await browser.close();
    await server.stop();
  }
});
