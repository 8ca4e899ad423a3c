// From a fresh account to a first message, by clicking: projects, certificates, tokens, limits, keys and people.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, done, languages, looks, shownNumber } from './browser.mjs';
import { addPerson, openAccount, runCurl, Workplace } from './newcomer.mjs';
import { says, World } from './world.mjs';

let world;
let workplace;
/** What the first stories make, for the later ones, by language. */
const made = {};
const words = (language, english, chinese) => (language === 'zh' ? chinese : english);
const at = ({ account }, path) => `/accounts/${account}${path}`;
const field = (page, name) => page.locator(`input[name=${name}]`);
const errorAt = (page, name) => page.locator(`.mantine-InputWrapper-root:has(input[name=${name}]) .mantine-InputWrapper-error`);

before(async () => {
  world = await World.start();
  workplace = new Workplace();
});
after(async () => {
  workplace?.remove();
  await world?.stop();
});

/** Reads the secret of the open dialog, then puts it away; nothing of it stays in the page. */
async function takeSecret(page, where) {
  const secret = (await page.getByTestId('secret').innerText()).trim();
  await page.keyboard.press('Escape');
  await page.getByTestId('secret').waitFor();
  if (where) await assertAccessible(page, where);
  await page.getByTestId('secret-stored').click();
  await page.getByTestId('secret').waitFor({ state: 'detached' });
  assert.ok(!(await page.content()).includes(secret), 'the secret is gone from the page');
  return secret;
}

for (const [language, look] of languages) {
  test(`${language}: a fresh account is led to its first project, whose certificate is shown once`, async () => {
    const owner = await openAccount(world, `Fresh${language}`);
    const page = await world.open(owner, at(owner, '/projects'), look);
    await page.getByTestId('no-projects').getByText(words(language, 'Make your first project', '创建你的第一个项目')).waitFor();
    await assertAccessible(page, `no projects ${language}`);
    await page.getByTestId('make-project').click();
    await page.getByTestId('make-project-submit').click();
    await errorAt(page, 'name').getByText(words(language, 'Fill this in.', '此项必填。')).waitFor();
    await field(page, 'name').fill(' chat');
    await errorAt(page, 'name').getByText(words(language, 'space', '空格')).waitFor();
    await page.locator('input[name=brought]').check();
    await field(page, 'app_id').fill('970CA35de6');
    await errorAt(page, 'app_id').getByText(words(language, '32 hexadecimal', '32 位十六进制')).waitFor();
    await assertAccessible(page, `make a project ${language}`);
    await page.locator('input[name=brought]').uncheck();
    await field(page, 'name').fill('chat');
    await page.getByTestId('make-project-submit').click();
    const appId = (await page.getByTestId('made-app-id').innerText()).trim();
    const certificate = await takeSecret(page, `secret ${language}`);
    assert.match(appId, /^[0-9a-f]{32}$/);
    assert.match(certificate, /^[0-9a-f]{32}$/);
    const [project] = (await world.as(owner, 'GET', at(owner, '/projects'))).items;
    assert.deepEqual([project.name, project.app_id, project.certificates.length], ['chat', appId, 1]);
    const row = page.getByTestId(`project-${project.id}`);
    await row.getByText(appId).waitFor();
    assert.equal(await row.getByTestId('project-state').getAttribute('data-state'), 'on');
    made[language] = { owner, project: project.id, appId, certificate };
    await done(page, `projects ${language}`);
  });

  test(`${language}: the code of the page connects, and its message is counted there`, async () => {
    const { owner, project, certificate } = made[language];
    const page = await world.open(owner, at(owner, `/projects/${project}`), look);
    await says(page, 'project-messages', '0');
    // The certificate that was shown signs, with the vendor's builder: the page's own program for a token server.
    await page.getByText(words(language, 'Token server', 'Token 服务'), { exact: true }).click();
    const server = await page.getByTestId('code-server').innerText();
    const signed = workplace.run(server, { env: { POSTAGE_CERTIFICATE: certificate }, args: ['ann'] });
    assert.ok(signed.ok && signed.printed.startsWith('007'), signed.complaint);
    await page.getByText('JavaScript SDK', { exact: true }).click();
    const bare = await page.getByTestId('code-sdk').innerText();
    const lines = await workplace.runUntil(bare.replace('PASTE_A_TOKEN', signed.printed), [/units 2/, /lobby ann hello/]);
    assert.match(lines, /^lobby ann hello$/m);
    // And a token of the page itself is in the code already.
    await field(page, 'user_id').fill('"ann"');
    await page.getByTestId('make-token').click();
    await errorAt(page, 'user_id').waitFor();
    await field(page, 'user_id').fill('bob 2');
    await page.getByTestId('make-token').click();
    const token = (await page.getByTestId('token').innerText()).trim();
    const code = await page.getByTestId('code-sdk').innerText();
    assert.ok(code.includes(`'${token}'`) && code.includes("'bob 2'"), code);
    await workplace.runUntil(code, [/units 2/, /lobby bob 2 hello/]);
    // Both logged in, subscribed, and published one message with one copy: eight units.
    await says(page, 'project-messages', '8');
    const usage = await world.as(owner, 'GET', at(owner, '/usage/current'));
    assert.equal(usage.projects.chat.messages, '8');
    assert.equal(BigInt(usage.projects.chat.pcu), await shownNumber(page.getByTestId('project-pcu')));
    await page.getByRole('button', { name: words(language, 'Table', '表格'), exact: true }).click();
    await page.locator('.tall').getByText('8', { exact: true }).waitFor();
    await done(page, `project ${language}`);
  });

  test(`${language}: a key made by clicking publishes over REST, and not after its end`, async () => {
    const { owner, project } = made[language];
    const page = await world.open(owner, at(owner, '/keys'), look);
    await page.getByTestId('no-keys').waitFor();
    await assertAccessible(page, `no keys ${language}`);
    await page.getByTestId('make-key').click();
    await page.getByTestId('make-key-submit').click();
    await errorAt(page, 'name').waitFor();
    await field(page, 'name').fill('chat backend');
    await assertAccessible(page, `make a key ${language}`);
    await page.getByTestId('make-key-submit').click();
    const secret = await takeSecret(page, `key ${language}`);
    const [{ id, role }] = (await world.as(owner, 'GET', at(owner, '/keys'))).items;
    assert.equal(role, 'developer');
    await page.goto(`${page.url().replace(/keys$/, '')}projects/${project}`);
    await page.getByText(words(language, 'REST with curl', 'REST（curl）'), { exact: true }).click();
    const command = await page.getByTestId('code-curl').innerText();
    const sent = runCurl(command, { POSTAGE_KEY: secret });
    assert.deepEqual([sent.status, sent.body.units], [200, '1']);
    await says(page, 'project-messages', '9');
    await page.getByRole('link', { name: words(language, 'API key', 'API 密钥'), exact: true }).last().click();
    const row = page.getByTestId(`key-${id}`);
    await row.getByText('chat backend').waitFor();
    assert.doesNotMatch(await row.innerText(), /Never|从未/);
    await page.getByTestId(`end-key-${id}`).click();
    await assertAccessible(page, `end a key ${language}`);
    await page.getByTestId('end-key-submit').click();
    await row.getByText(words(language, 'Ended', '已吊销')).first().waitFor();
    assert.equal(runCurl(command, { POSTAGE_KEY: secret }).status, 401);
    await done(page, `keys ${language}`);
  });
}

test('what is taken already is said at the field, in both languages', async () => {
  for (const [language, look] of languages) {
    const { owner, appId } = made[language];
    const taken = words(language, 'taken already', '已被占用');
    const page = await world.open(owner, at(owner, '/projects'), look);
    await page.getByTestId('make-project').click();
    await field(page, 'name').fill('chat');
    await page.getByTestId('make-project-submit').click();
    await errorAt(page, 'name').getByText(taken).waitFor();
    await field(page, 'name').fill('chat 2');
    await page.locator('input[name=brought]').check();
    await field(page, 'app_id').fill(appId);
    await field(page, 'certificate').fill('f'.repeat(32));
    await page.getByTestId('make-project-submit').click();
    await errorAt(page, 'app_id').getByText(taken).waitFor();
    await done(page);
    assert.equal((await world.as(owner, 'GET', at(owner, '/projects'))).items.length, 1);
  }
});

test('certificates are made, disabled, replaced and removed; the old one’s tokens are refused', async () => {
  const { owner, project, appId, certificate } = made.en;
  const page = await world.open(owner, at(owner, `/projects/${project}`));
  const slot = (name, state) => page.locator(`[data-testid=slot-${name}][data-state=${state}]`).waitFor();
  const confirm = async (button, where) => {
    await page.getByTestId(button).click();
    if (where) await assertAccessible(page, where);
    await page.getByTestId('certificate-submit').click();
  };
  await slot('primary', 'enabled');
  // The only certificate of a project without another way in stays.
  assert.equal(await page.getByTestId('primary-empty').count(), 0);
  await confirm('primary-disable', 'disable a certificate');
  await slot('primary', 'disabled');
  await page.getByTestId('project-notice').getByText('Nobody can log in').waitFor();
  await page.getByTestId('primary-enable').click();
  await slot('primary', 'enabled');
  await page.getByTestId('secondary-make').click();
  const second = await takeSecret(page);
  await slot('secondary', 'enabled');
  await confirm('primary-rotate');
  const third = await takeSecret(page);
  assert.equal(new Set([certificate, second, third]).size, 3);
  const login = `import agora from 'agora-token';
import AgoraRTM from 'postage-rtm';
const token = agora.RtmTokenBuilder.buildToken('${appId}', process.env.CERTIFICATE, 'ann', 600);
const rtm = new AgoraRTM.RTM('${appId}', 'ann', { host: '${new URL(world.server.url).host}' });
await rtm.login({ token });
await rtm.logout();
process.exit(0);
`;
  const tried = (each) => workplace.run(login, { env: { CERTIFICATE: each } });
  assert.match(tried(certificate).complaint, /10005/);
  for (const good of [second, third]) assert.ok(tried(good).ok, tried(good).complaint);
  await confirm('primary-empty');
  await slot('primary', 'none');
  assert.equal(tried(third).ok, false);
  const { certificates } = await world.as(owner, 'GET', `/projects/${project}`);
  assert.deepEqual(certificates.map(({ slot: name, enabled }) => [name, enabled]), [['secondary', true]]);
  await done(page);
});

test('limits say what holds and why; the contract goes before the project', async () => {
  const { owner, project } = made.en;
  await world.operator('PUT', at(owner, '/contract'), {
    overrides: { limits: { rest_per_second_max: 700 } },
    reason: 'order form 2026-30',
  });
  const inForce = async (name) => (await world.as(owner, 'GET', `/projects/${project}`)).limits_in_force[name];
  for (const [language, look] of languages) {
    const page = await world.open(made.en.owner, at(owner, `/projects/${project}`), look);
    const row = (name) => page.getByTestId(`limit-${name}`);
    await says(page, 'in-force-rest_per_second_max', '700');
    await row('rest_per_second_max').getByText(words(language, 'Contract', '合同'), { exact: true }).waitFor();
    await page.getByTestId('edit-message_bytes_max').click();
    await field(page, 'value').fill('1048577');
    await page.getByTestId('save-limit').click();
    await errorAt(page, 'value').getByText('1,048,576').waitFor();
    await assertAccessible(page, `limit ${language}`);
    await field(page, 'value').fill('65536');
    await page.getByTestId('save-limit').click();
    await says(page, 'in-force-message_bytes_max', '65,536');
    await row('message_bytes_max').getByText(words(language, 'This project', '本项目'), { exact: true }).waitFor();
    assert.equal(await inForce('message_bytes_max'), 65_536);
    await page.getByTestId('edit-message_bytes_max').click();
    await page.getByTestId('reset-limit').click();
    await says(page, 'in-force-message_bytes_max', '32,768');
    assert.equal(await inForce('message_bytes_max'), 32_768);
    // Set below a contract, a limit waits for the contract's end.
    await page.getByTestId('edit-rest_per_second_max').click();
    await field(page, 'value').fill('900');
    await page.getByTestId('save-limit').click();
    await row('rest_per_second_max').getByText('900').waitFor();
    await says(page, 'in-force-rest_per_second_max', '700');
    await done(page, `limits ${language}`);
  }
});

test('a project is renamed, switched off and on, opened to its App ID, and ended with its usage billed', async () => {
  const { owner, project } = made.zh;
  const other = await world.as(owner, 'POST', at(owner, '/projects'), { name: 'game' });
  const page = await world.open(owner, at(owner, `/projects/${project}`), looks.zh);
  const submit = async (button, confirm) => {
    await page.getByTestId(button).click();
    await page.getByTestId(confirm).click();
  };
  await page.getByTestId('rename').click();
  await field(page, 'name').fill('game');
  await page.getByTestId('rename-submit').click();
  await errorAt(page, 'name').getByText('已被占用').waitFor();
  await field(page, 'name').fill('聊天');
  await page.getByTestId('rename-submit').click();
  await says(page, 'project-name', '聊天');
  await submit('switch', 'switch-submit');
  await page.getByTestId('project-notice').getByText('本项目已停用').waitFor();
  assert.equal((await world.as(owner, 'GET', `/projects/${project}`)).disabled, true);
  await assertAccessible(page, 'a project that is off');
  await submit('switch', 'switch-submit');
  await page.getByTestId('project-notice').waitFor({ state: 'detached' });
  await page.getByTestId('more').click();
  await submit('mode', 'mode-submit');
  await page.getByTestId('project-notice').getByText('知道 App ID 的任何人都能登录').waitFor();
  assert.equal((await world.as(owner, 'GET', `/projects/${project}`)).app_id_only, true);
  await page.getByTestId('more').click();
  await page.getByTestId('end').click();
  await field(page, 'confirm').fill('聊');
  assert.equal(await page.getByTestId('end-submit').isDisabled(), true);
  await field(page, 'confirm').fill('聊天');
  await assertAccessible(page, 'end a project');
  await page.getByTestId('end-submit').click();
  await page.getByTestId(`project-${other.id}`).waitFor();
  await page.getByTestId(`project-${project}`).waitFor({ state: 'detached' });
  const usage = await world.as(owner, 'GET', at(owner, '/usage/current'));
  assert.equal(usage.meters.messages.used, '9', 'what it used stays');
  await done(page);
});

for (const [language, look] of languages) {
  test(`${language}: people are added, given roles and taken out, but never the last owner`, async () => {
    const owner = await openAccount(world, `Crew${language}`);
    const page = await world.open(owner, at(owner, '/people'), look);
    await page.getByTestId(`person-${owner.id}`).waitFor();
    await page.getByTestId('add-person').click();
    await field(page, 'email').fill('carol');
    await page.getByTestId('add-person-submit').click();
    await errorAt(page, 'email').waitFor();
    const email = `carol-${language}@example.com`;
    await field(page, 'email').fill(email);
    await page.getByTestId('add-person-submit').click();
    // Nobody of that name is known: a name and a first password are asked for.
    await page.getByTestId('newcomer').waitFor();
    await page.getByTestId('add-person-submit').click();
    await errorAt(page, 'name').waitFor();
    await assertAccessible(page, `add somebody ${language}`);
    await field(page, 'name').fill('Carol');
    await page.getByTestId('add-person-submit').click();
    const password = await takeSecret(page, `first password ${language}`);
    const carol = { email, password };
    const [account] = (await world.ask('POST', '/session', '', carol)).body.accounts;
    assert.deepEqual([account.id, account.role], [owner.account, 'developer']);
    const { items } = await world.as(owner, 'GET', at(owner, '/people'));
    const row = page.getByTestId(`person-${items.find((each) => each.email === email).id}`);
    await row.getByTestId('change-role').click();
    await page.locator('input[name=role][value=viewer], input[type=radio][value=viewer]').first().check();
    await page.getByTestId('change-role-submit').click();
    await row.getByTestId('role').getByText(words(language, 'Viewer', '只读')).waitFor();
    assert.equal((await world.ask('POST', '/session', '', carol)).body.accounts[0].role, 'viewer');
    const self = page.getByTestId(`person-${owner.id}`);
    await self.getByTestId('remove-person').click();
    await page.getByTestId('remove-person-submit').click();
    await page.getByTestId('last-owner').getByText(words(language, 'The last owner stays', '最后一位所有者')).waitFor();
    await assertAccessible(page, `last owner ${language}`);
    await page.keyboard.press('Escape');
    await row.getByTestId('remove-person').click();
    await page.getByTestId('remove-person-submit').click();
    await row.waitFor({ state: 'detached' });
    assert.deepEqual((await world.ask('POST', '/session', '', carol)).body.accounts, []);
    await done(page, `people ${language}`);
  });
}

test('nothing is offered that a role may not do', async () => {
  const { owner, project } = made.en;
  const offers = {
    admin: { keys: true, people: true, bills: true, make: 1, add: 1, certificates: true, token: true },
    developer: { keys: true, people: false, bills: false, make: 1, add: 0, certificates: true, token: true },
    billing: { keys: false, people: true, bills: true, make: 0, add: 0, certificates: false, token: false },
    viewer: { keys: false, people: false, bills: false, make: 0, add: 0, certificates: false, token: false },
  };
  for (const [role, wanted] of Object.entries(offers)) {
    const who = await addPerson(world, owner.account, 'Role', role);
    const page = await world.open(who, at(owner, '/projects'));
    await page.getByTestId(`project-${project}`).waitFor();
    const tabs = await page.getByRole('navigation').getByRole('link').allInnerTexts();
    const seen = { keys: tabs.includes('API keys'), people: tabs.includes('People'), bills: tabs.includes('Invoices') };
    assert.deepEqual(seen, { keys: wanted.keys, people: wanted.people, bills: wanted.bills }, role);
    assert.equal(await page.getByTestId('make-project').count(), wanted.make, role);
    await page.getByTestId(`project-${project}`).getByRole('link').click();
    await page.getByTestId('technical').waitFor();
    assert.equal((await page.locator('.slots button').count()) > 0, wanted.certificates, role);
    assert.equal((await page.getByTestId('make-token').count()) > 0, wanted.token, role);
    assert.equal((await page.getByTestId('rename').count()) > 0, wanted.certificates, role);
    if (wanted.people) {
      await page.getByRole('navigation').getByRole('link', { name: 'People' }).click();
      const row = page.getByTestId(`person-${owner.id}`);
      await row.waitFor();
      assert.equal(await page.getByTestId('add-person').count(), wanted.add, role);
      // Owners are left alone by everybody who is none.
      assert.equal(await row.getByRole('button').count(), 0, role);
    }
    if (wanted.keys) {
      await page.getByRole('navigation').getByRole('link', { name: 'API keys' }).click();
      await page.getByTestId('keys').waitFor();
      assert.equal(await page.getByTestId('make-key').count(), wanted.add, role);
    }
    // No tab leads to a refusal, and the overview asks for nothing that is refused.
    for (const tab of tabs) {
      await page.getByRole('navigation').getByRole('link', { name: tab, exact: true }).click();
      await page.waitForLoadState('networkidle');
      await page.waitForFunction(() => document.querySelector('.mantine-Skeleton-root') === null);
      assert.equal(await page.getByRole('alert').count(), 0, `${tab} as ${role}`);
    }
    await done(page, `as ${role}`);
  }
});

test('answers that fail are told, and can be asked for again', async () => {
  const { owner, project } = made.en;
  for (const [language, look] of languages) {
    const page = await world.open(owner, at(owner, '/projects'), look);
    await page.getByTestId('projects').waitFor();
    const home = page.url().replace(/\/projects$/, '');
    let busy = true;
    await page.route(/\/v1\/(projects\/\d+|.*\/(projects|keys|people))(\?|$)/, (route) => {
      const body = JSON.stringify({ detail: 'the store is busy' });
      return busy
        ? route.fulfill({ status: 503, contentType: 'application/problem+json', body })
        : route.continue();
    });
    const pages = { projects: 'projects', [`projects/${project}`]: 'technical', keys: 'keys', people: 'people' };
    for (const [path, whole] of Object.entries(pages)) {
      busy = true;
      await page.goto(`${home}/${path}`);
      await page.getByRole('alert').getByText('the store is busy').first().waitFor();
      await assertAccessible(page, `failing ${path} ${language}`);
      busy = false;
      await page.getByRole('button', { name: words(language, 'Try again', '重试') }).first().click();
      await page.getByTestId(whole).waitFor();
    }
    await page.context().close();
  }
});
