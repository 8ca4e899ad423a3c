// Pictures of every page from the real demo: `node tour.mjs OUT_FOLDER [page...]`. Failing pages are the real pages with
// the server's answers replaced. With CONSOLE_URL the pages come from there (`npm run dev`), the data from the demo.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { logIn, openPage } from './browser.mjs';
import { bankFile, fullContract, seedArrears, seedLimits, seedMoney, seedPrepaid, seedSupport } from './seed.mjs';
import { shootDesk } from './tour_desk.mjs';
import { shootProjects } from './tour_projects.mjs';
import { World } from './world.mjs';

const [, , out = 'pictures', ...only] = process.argv;
mkdirSync(out, { recursive: true });
const world = await World.start();
const looks = {
  'en-wide': { locale: 'en-US', colorScheme: 'light', width: 1280, height: 900 },
  'zh-wide': { locale: 'zh-CN', colorScheme: 'light', width: 1280, height: 900 },
  'zh-phone': { locale: 'zh-CN', colorScheme: 'dark', width: 390, height: 844 },
};
const home = (process.env.CONSOLE_URL ?? world.server.url).replace(/\/$/, '');

async function shoot(name, who, path, act) {
  if (only.length > 0 && !only.includes(name)) return;
  for (const [look, how] of Object.entries(looks)) {
    const page = await openPage(world.browser, home + path, how);
    if (name.startsWith('failing')) await fail(page);
    await logIn(page, who);
    try {
      await act?.(page);
      await page.waitForLoadState('networkidle');
    } catch (error) {
      console.error(name, look, error.message.split('\n')[0]);
    }
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (over > 0) console.error(name, look, `is ${over} pixels too wide`);
    await page.screenshot({ path: join(out, `${name}-${look}.png`), fullPage: true });
    await page.context().close();
  }
}

const paths = /\/v1\/.*\/(statement|open-invoices|payments|arrears|caps|terms|history|support-requests)(\?|$)/;
const fail = (page) =>
  page.route(paths, (route) =>
    route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"detail":"the store is busy"}' }),
  );

const acme = world.customer('basic');
const bird = world.customer('free');
const operator = world.login({ realm: 'operator' });
const of = (who, page) => `/accounts/${who.account}/${page}`;

await shootProjects(world, shoot);
for (const page of ['payments', 'limits', 'contract', 'support']) {
  await shoot(`empty-${page}`, acme, of(acme, page));
  await shoot(`failing-${page}`, acme, of(acme, page));
}
await shoot('empty-received', operator, '/received');
await seedMoney(world);
await world.operator('PUT', `/accounts/${acme.account}/contract`, fullContract);
await seedArrears(world);
await seedPrepaid(world);
await seedLimits(world);
const { answered } = await seedSupport(world);
await shoot('payments', acme, of(acme, 'payments'), (page) => page.getByTestId('statement').waitFor());
await shoot('prepaid', bird, of(bird, 'payments'), (page) => page.getByTestId('grants').waitFor());
await shoot('limits', acme, of(acme, 'limits'), async (page) => {
  await page.getByTestId('caps').waitFor();
  await page.locator('input[name=message]').fill('How much?');
  await page.getByTestId('try-check').click();
  await page.getByTestId('try-answer').waitFor();
});
await shoot('cap-form', acme, of(acme, 'limits'), (page) => page.getByTestId('add-cap').click());
await shoot('contract', acme, of(acme, 'contract'), (page) => page.getByTestId('history').waitFor());
await shoot('support', acme, of(acme, 'support'), (page) => page.getByTestId('requests').waitFor());
await shoot('ask', acme, of(acme, 'support'), (page) => page.getByTestId('ask').click());
await shoot('request', acme, of(acme, `support/${answered.id}`), (page) => page.getByTestId('story').waitFor());
await shoot('all-support', operator, '/support', (page) => page.getByTestId('requests').waitFor());
await shoot('record', operator, of(acme, 'payments'), (page) => page.getByTestId('record-payment').click());
await shootDesk(shoot, { acme, bird, operator });
const [{ number }] = (await world.operator('GET', `/accounts/${acme.account}/invoices`)).items;
await shoot('import', operator, '/received', async (page) => {
  await page.locator('textarea[name=csv]').fill(bankFile(number));
  await page.getByTestId('import-preview').waitFor();
});
await shoot('imported', operator, '/received', async (page) => {
  await page.locator('textarea[name=csv]').fill(bankFile(number));
  await page.getByTestId('book-import').click();
  await page.getByTestId('import-answers').waitFor();
});
await shoot('invoice', acme, of(acme, 'invoices'), async (page) => {
  await page.getByTestId('invoices').getByRole('link').first().click();
  await page.getByTestId('proof-verdict').waitFor();
});
await world.stop();
