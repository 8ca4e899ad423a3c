// Pictures of projects, keys and people, for tour.mjs: from an empty account to a project that is in use.
import { addPerson, openAccount } from './newcomer.mjs';

const at = ({ account }, path) => `/accounts/${account}${path}`;

/** The account of the pictures: two projects, one of them with traffic and limits of its own, keys and people. */
async function seed(world, owner) {
  const as = (method, path, body) => world.as(owner, method, path, body);
  const chat = await as('POST', at(owner, '/projects'), { name: 'chat-production' });
  await as('POST', at(owner, '/projects'), { name: '直播弹幕', app_id_only: true, with_certificate: false });
  const game = await as('POST', at(owner, '/projects'), { name: 'game-test' });
  await as('PATCH', `/projects/${game.id}`, { disabled: true });
  await as('PATCH', `/projects/${chat.id}`, { limits: { message_bytes_max: 65_536, flush_gap_ms: 10 } });
  await world.operator('PUT', at(owner, '/contract'), {
    overrides: { limits: { rest_per_second_max: 2000 } },
    reason: 'order form 2026-30',
  });
  await as('POST', `/projects/${chat.id}/certificates/secondary:rotate`);
  await as('PATCH', `/projects/${chat.id}/certificates/secondary`, { enabled: false });
  for (let sent = 0; sent < 40; sent += 1) {
    await world.ask('POST', `/projects/${chat.id}/channels/lobby/messages`, owner.token, { payload: 'x'.repeat(sent * 90) });
  }
  const key = await as('POST', at(owner, '/keys'), { name: 'chat backend', role: 'developer' });
  const old = await as('POST', at(owner, '/keys'), { name: 'report of 2025', role: 'viewer' });
  await world.ask('GET', `/projects/${chat.id}`, key.secret);
  await as('DELETE', at(owner, `/keys/${old.id}`));
  await addPerson(world, owner.account, 'Mei', 'billing');
  await addPerson(world, owner.account, 'Bo', 'developer');
  return chat;
}

export async function shootProjects(world, shoot) {
  const owner = await openAccount(world, 'Nebula');
  await shoot('projects-operator', world.login({ realm: 'operator' }), at(owner, '/projects'), (page) =>
    page.getByTestId('no-projects').waitFor(),
  );
  await shoot('empty-projects', owner, at(owner, '/projects'), (page) => page.getByTestId('no-projects').waitFor());
  await shoot('empty-keys', owner, at(owner, '/keys'), (page) => page.getByTestId('no-keys').waitFor());
  const session = await world.ask('POST', '/session', '', { email: owner.email, password: owner.password });
  const chat = await seed(world, { ...owner, token: session.body.token });
  const open = (id) => (page) => page.getByTestId(id).click();
  await shoot('projects', owner, at(owner, '/projects'), (page) => page.getByTestId('projects').waitFor());
  await shoot('make-project', owner, at(owner, '/projects'), async (page) => {
    await open('make-project')(page);
    await page.locator('input[name=app_id_only]').check();
    await page.locator('input[name=brought]').check();
    await page.getByTestId('make-project-submit').click();
  });
  let made = 0;
  await shoot('project-made', owner, at(owner, '/projects'), async (page) => {
    await open('make-project')(page);
    await page.locator('input[name=name]').fill(`trial ${++made}`);
    await page.getByTestId('make-project-submit').click();
    await page.getByTestId('secret').waitFor();
  });
  await shoot('project', owner, at(owner, `/projects/${chat.id}`), async (page) => {
    await page.getByTestId('make-token').click();
    await page.getByTestId('token').waitFor();
  });
  await shoot('project-end', owner, at(owner, `/projects/${chat.id}`), async (page) => {
    await open('more')(page);
    await open('end')(page);
  });
  await shoot('certificate', owner, at(owner, `/projects/${chat.id}`), open('primary-rotate'));
  await shoot('limit', owner, at(owner, `/projects/${chat.id}`), open('edit-rest_per_second_max'));
  await shoot('keys', owner, at(owner, '/keys'), (page) => page.getByTestId('keys').waitFor());
  await shoot('make-key', owner, at(owner, '/keys'), open('make-key'));
  await shoot('people', owner, at(owner, '/people'), (page) => page.getByTestId('people').waitFor());
  await shoot('add-person', owner, at(owner, '/people'), async (page) => {
    await open('add-person')(page);
    await page.locator('input[name=email]').fill('new@example.com');
    await page.getByTestId('add-person-submit').click();
    await page.getByTestId('newcomer').waitFor();
  });
}
