// The REST answers of the development server: enough of each state of the pages, nothing more.
import { forecastOf, invoiceFacts, proofOf, slaOf, whatIfOf } from './mock_billing.ts';
import { type Account, accounts, billOf, extra, invoicesOf, plans, usageOf } from './mock_data.ts';
import { moneyAnswer } from './mock_money.ts';
import { keysOf, peopleOf, projectOf } from './mock_projects.ts';

interface Answer {
  status: number;
  body?: unknown;
}

const everybody = Object.keys(accounts);
const problem = (status: number, name: string, detail: string): Answer => ({
  status,
  body: { status, title: name, name, detail },
});

function logIn(email: string, password: string): Answer {
  const name = email.split('@')[0] ?? '';
  const known = [...everybody, 'several', 'operator'];
  if (!known.includes(name) || password === 'wrong')
    return problem(401, 'unauthorized', 'credentials are missing or wrong');
  const mine = name === 'operator' ? [] : name === 'several' ? ['busy', 'free', 'empty'] : [name];
  return {
    status: 200,
    body: {
      token: name,
      expires_at: '2030-01-01T00:00:00Z',
      person: {
        id: name,
        email,
        name: name === 'operator' ? 'Olga Operator' : 'Lin Wei',
        realm: name === 'operator' ? 'operators' : 'customer',
        role: name === 'operator' ? 'operator' : undefined,
      },
      accounts: mine.map((id, index) => ({ id, name: accounts[id]?.name, role: index === 2 ? 'viewer' : 'owner' })),
    },
  };
}

function points(account: Account, query: URLSearchParams): unknown {
  const from = Date.parse(query.get('from') ?? '');
  const to = Date.parse(query.get('to') ?? '');
  const step = query.get('step') === 'hour' ? 3_600_000 : 86_400_000;
  const list = [];
  for (let at = from, n = 0; at < Math.min(to, Date.now()); at += step, n += 1) {
    const wave = account.empty ? 0 : 60 + Math.round(50 * Math.sin(n / 3)) + ((n * 37) % 23);
    const covered = account.gap !== true || (n !== 2 && n !== 3);
    const scale = step === 3_600_000 ? 900 : 21_000;
    list.push({
      start: new Date(at).toISOString(),
      pcu: String(covered ? wave * 2 : 0),
      messages: String(covered ? wave * scale : 0),
      storage_gb: account.empty ? '0' : (0.8 + n * 0.021).toFixed(4),
      covered,
    });
  }
  return { points: list };
}

function planChange(id: string, to: string, dryRun: boolean): Answer {
  const account = accounts[id];
  if (!account) return problem(404, 'not_found', 'there is no such account');
  const order = plans.plans.map((plan) => plan.name);
  const from = account.plan;
  const up = order.indexOf(to) > order.indexOf(from);
  const before = billOf(id);
  if (!dryRun && up) account.plan = to;
  const after = { ...before, plan: to, total: plans.plans.find((plan) => plan.name === to)?.base_fee ?? '0.00' };
  return {
    status: 200,
    body: {
      from,
      to,
      kind: to === from ? 'same' : up ? 'upgrade' : 'downgrade',
      effective_at: up ? new Date().toISOString() : usageOf(id).end,
      price_now: up ? '1100.00' : null,
      bill_before: before,
      bill_after: after,
    },
  };
}

function accountCall(id: string, method: string, rest: string, url: URL, body: Record<string, unknown>): Answer {
  const account = accounts[id];
  if (!account) return problem(404, 'not_found', 'there is no such account');
  if (account.failing && rest !== '') return problem(503, 'unavailable', 'the service cannot do this now');
  if (rest === '')
    return {
      status: 200,
      body: { id, name: account.name, email: `${id}@example.com`, plan: account.plan, catalogue: 'cn26' },
    };
  if (rest === '/projects') {
    const items = account.empty ? [] : Object.keys(usageOf(id).projects).map((name) => projectOf(`${id}:${name}`));
    return { status: 200, body: { items } };
  }
  if (rest === '/keys') return { status: 200, body: keysOf(account.empty === true) };
  if (rest === '/people') return { status: 200, body: peopleOf(id) };
  if (rest === '/usage/current') return { status: 200, body: usageOf(id) };
  if (rest === '/usage') return { status: 200, body: points(account, url.searchParams) };
  if (rest === '/bill') return { status: 200, body: billOf(id) };
  if (rest === '/invoices') return { status: 200, body: { items: invoicesOf(id) } };
  if (rest === '/what-if') {
    return { status: 200, body: whatIfOf(id, url.searchParams.get('month'), url.searchParams.get('catalogue')) };
  }
  if (rest === '/forecast') return { status: 200, body: forecastOf(id) };
  if (rest === '/sla') return { status: 200, body: slaOf(id) };
  const money = method === 'GET' ? moneyAnswer(id, rest, account.plan, account.empty === true) : undefined;
  if (money !== undefined) return { status: 200, body: money };
  const proven = /^\/invoices\/([^/]+)\/proof$/.exec(rest);
  if (proven) {
    const proof = proofOf(id, decodeURIComponent(proven[1] ?? ''));
    return proof ? { status: 200, body: proof } : problem(404, 'not_found', 'there is no such invoice');
  }
  if (rest.startsWith('/invoices/')) {
    const found = invoicesOf(id).find((invoice) => invoice.number === decodeURIComponent(rest.slice(10)));
    return found
      ? { status: 200, body: { ...found, ...invoiceFacts(id) } }
      : problem(404, 'not_found', 'there is no such invoice');
  }
  if (rest === '/plan' && method === 'PUT') return planChange(id, String(body.plan), body.dry_run === true);
  return problem(404, 'not_found', 'there is no such thing');
}

/** One call: method, address, Authorization header, JSON body. */
export function answerCall(method: string, url: URL, authorization: string, body: Record<string, unknown>): Answer {
  const path = url.pathname.slice(3);
  if (path === '/session')
    return method === 'POST' ? logIn(String(body.email), String(body.password)) : { status: 204 };
  const who = authorization.replace('Bearer ', '');
  if (who === '' || who === 'ended') return problem(401, 'unauthorized', 'credentials are missing or wrong');
  if (path === '/accounts') {
    const items = everybody.map((id) => {
      const usage = usageOf(id);
      const bill = billOf(id);
      return {
        id,
        name: usage.name,
        email: `${id}@example.com`,
        catalogue: 'cn26',
        plan: usage.plan,
        hard: usage.hard,
        suspended: id === 'empty',
        meters: usage.meters,
        bill,
      };
    });
    return { status: 200, body: { items } };
  }
  if (path.startsWith('/catalogues/')) return { status: 200, body: plans };
  const project = /^\/projects\/([^/]+)\/tokens$/.exec(path);
  if (project) {
    const id = decodeURIComponent(project[1] ?? '').split(':')[0] ?? '';
    return { status: 200, body: { token: id, expires_at: '2030-01-01T00:00:00Z' } };
  }
  const one = /^\/projects\/([^/]+)$/.exec(path);
  if (one && method === 'GET') return { status: 200, body: projectOf(decodeURIComponent(one[1] ?? '')) };
  const account = /^\/accounts\/([^/]+)(.*)$/.exec(path);
  if (account) return accountCall(decodeURIComponent(account[1] ?? ''), method, account[2] ?? '', url, body);
  return problem(404, 'not_found', 'there is no such thing');
}

export { extra };
