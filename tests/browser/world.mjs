// One demo server with a browser: log-ins, the REST API as another caller sees it, and pages that are already logged in.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { launch, logIn, openPage } from './browser.mjs';
import { startDemo } from './demo_server.mjs';

/** So often is a server asked for what its own next turn brings, before a test gives up. */
const asksMax = 2000;

export class World {
  static async start() {
    const world = new World();
    [world.server, world.browser] = await Promise.all([startDemo(), launch()]);
    return world;
  }

  async stop() {
    await this.browser?.close();
    await this.server?.stop();
  }

  login(wanted) {
    return this.server.logins.find((entry) => Object.entries(wanted).every(([key, value]) => entry[key] === value));
  }

  customer(plan) {
    return this.login({ realm: 'customer', plan });
  }

  projectOf(plan) {
    return this.server.projects.find(({ account }) => account === this.customer(plan).account);
  }

  /** `REST`: the status and the body of the answer. */
  async ask(method, path, token, body) {
    const answer = await fetch(`${this.server.url.replace(/\/$/, '')}/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
  }

  /** Asks as somebody, who logs in for each call: a moved clock ends older sessions. */
  async as(who, method, path, body) {
    const { email, password } = who;
    const session = await this.ask('POST', '/session', '', { email, password });
    const answer = await this.ask(method, path, session.body.token, body);
    assert.ok(answer.status < 300, `${method} ${path} answered ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  operator(method, path, body) {
    return this.as(this.login({ realm: 'operator' }), method, path, body);
  }

  /** Moves the demo's clock past the end of the account's month and waits for the month's invoice. */
  async closeMonth(account) {
    const before = (await this.operator('GET', `/accounts/${account}/invoices`)).items.length;
    const usage = await this.operator('GET', `/accounts/${account}/usage/current`);
    await this.operator('PUT', '/test-clock', { now: new Date(Date.parse(usage.end) + 60_000).toISOString() });
    const { items } = await this.until(`/accounts/${account}/invoices`, (now) => now.items.length > before);
    return items[0];
  }

  /** Asks `path` as the operator until `right(answer)`, and returns that answer. */
  async until(path, right) {
    for (let asked = 0; asked < asksMax; ++asked) {
      const answer = await this.operator('GET', path);
      if (right(answer)) return answer;
    }
    throw new Error(`${path} never became what the test waits for`);
  }

  publish(plan, payload) {
    const path = `/projects/${this.projectOf(plan).id}/channels/lobby/messages`;
    return this.as(this.customer(plan), 'POST', path, { payload });
  }

  /** Status and body, a refusal included. */
  async tryPublish(plan, payload) {
    const { email, password } = this.customer(plan);
    const session = await this.ask('POST', '/session', '', { email, password });
    const path = `/projects/${this.projectOf(plan).id}/channels/lobby/messages`;
    return this.ask('POST', path, session.body.token, { payload });
  }

  /** A page of `who`, at `path` below the account ("" is its overview), in the language of `look`. */
  async open(who, path, look) {
    const page = await openPage(this.browser, `${this.server.url.replace(/\/$/, '')}${path}`, look);
    await logIn(page, who);
    return page;
  }

  /** As a customer, at a page of its own account. */
  openAs(plan, path, look) {
    const who = this.customer(plan);
    return this.open(who, `/accounts/${who.account}${path}`, look);
  }
}

/** The answer that the page itself gets of a GET whose path ends in `ending`, once it asks. */
export async function answerOf(page, ending, act) {
  const [response] = await Promise.all([
    page.waitForResponse((each) => new URL(each.url()).pathname.endsWith(ending) && each.request().method() === 'GET'),
    act?.(),
  ]);
  return response.json();
}

/** A file as the browser saved it. */
export async function download(page, testId) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByTestId(testId).click()]);
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

/** "-1499.00" of CNY as the page writes it. Digits stay as the server gave them. */
export function yuan(text) {
  const negative = text.startsWith('-');
  const [whole, fraction] = (negative ? text.slice(1) : text).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return `${negative ? '−' : ''}¥${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** Fails unless the one element of that test id says exactly `text`, as soon as it does or for a minute at most. */
export async function says(page, testId, text) {
  await page
    .waitForFunction(
      ([id, wanted]) => document.querySelector(`[data-testid="${id}"]`)?.textContent?.trim() === wanted,
      [testId, text],
      { timeout: 60_000 },
    )
    .catch(() => {});
  assert.equal((await page.getByTestId(testId).innerText()).trim(), text, testId);
}
