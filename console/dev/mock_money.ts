// Payments, limits, contract and support of the development server: enough to look at, nothing is kept.

const at = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
const month = (back: number): string => new Date(Date.UTC(2026, 10 - back, 1)).toISOString().slice(0, 7);

const openInvoices = (empty: boolean) => ({
  currency: 'CNY',
  as_of: at(0),
  open: empty ? '0.00' : '748.82',
  ageing: [
    { from_days: 0, to_days: 30, open: empty ? '0.00' : '422.94' },
    { from_days: 31, to_days: 60, open: empty ? '0.00' : '325.88' },
    { from_days: 61, to_days: 90, open: '0.00' },
    { from_days: 91, to_days: null, open: '0.00' },
  ],
  items: empty
    ? []
    : [
        ['PO-2026-000007', month(2), '97.06', '325.88', 37],
        ['PO-2026-000009', month(1), '0.00', '422.94', 6],
      ].map(([number, of, paid, open, days]) => ({
        number,
        month: of,
        total: '422.94',
        paid,
        open,
        issued_at: at(-Number(days)),
        deduction_at: at(5 - Number(days)),
        days,
      })),
});

const statement = (empty: boolean) => ({
  currency: 'CNY',
  zone: 'Asia/Shanghai',
  balance: empty ? '0.00' : '-748.82',
  owed: empty ? '0.00' : '748.82',
  credit: '0.00',
  reserved: '0.00',
  prepaid: '0.00',
  months: [
    {
      month: month(1),
      opening: empty ? '0.00' : '-325.88',
      closing: empty ? '0.00' : '-748.82',
      entries: empty
        ? []
        : [
            {
              id: '1',
              at: at(-6),
              source: 'invoice:PO-2026-000009',
              text: 'invoice PO-2026-000009 for 2026-10',
              amount: '-422.94',
              balance: '-748.82',
            },
          ],
    },
  ],
});

const contract = {
  discount_percent: '5',
  minimum_spend: '300.00',
  bundles: [{ name: 'Spring', fee: '120.00', pcu: '0', messages: '5000000', storage_gb: '0' }],
  overrides: { plan: 'basic', quota: { pcu: '800' }, features: { geo_fencing: true } },
};

const request = (id: string, empty: boolean) => ({
  id: '1',
  account: id,
  account_name: id,
  project: null,
  subject: 'Messages of channel game-17 arrive late',
  severity: 'high',
  channel: 'email',
  state: empty ? 'closed' : 'open',
  opened_by: `${id}@example.com`,
  opened_at: at(-1),
  service_hours: '12x7',
  response_time: '24h',
  due_at: at(1),
  answered_at: null,
  missed: false,
});

const story = [
  { number: '1', at: at(-1), kind: 'opened', by: 'you', text: 'Since 14:00 some arrive after two seconds.' },
];

/** The answer to a GET below an account, or undefined where this file has none. */
export function moneyAnswer(id: string, path: string, plan: string, empty: boolean): unknown {
  const terms = {
    account: id,
    catalogue: 'cn26',
    currency: 'CNY',
    plan,
    contract: empty ? { discount_percent: '0', minimum_spend: null } : contract,
    contracts: [],
    tax: { rate_percent: empty ? '0' : '6', inclusive: false },
    budget: empty ? null : '1000.00',
  };
  const cap = {
    id: '1',
    scope: 'account',
    units: '1000000',
    amount: null,
    used_units: '812345',
    used_amount: '16.2469',
  };
  const grant = { id: '1', kind: 'granted', reference: 'WELCOME', amount: '50.00', left: '20.00', consumed: '30.00' };
  const answers: Record<string, unknown> = {
    '/open-invoices': openInvoices(empty),
    '/statement': statement(empty),
    '/arrears': { state: 'clear', since: null, suspends_at: null, currency: 'CNY', balance: '0.00' },
    '/prepaid': {
      prepaid: false,
      currency: 'CNY',
      available: '0.00',
      used: '0.00',
      left: '0.00',
      grants: empty ? [] : [{ ...grant, expired: '0.00', at: at(-20), expires_at: at(40), ended: false }],
    },
    '/payments': { items: [] },
    '/adjustments': { items: [] },
    '/terms': terms,
    '/history': { items: [{ id: '1', at: at(-30), kind: 'opened', value: {}, by: 'system', why: '' }] },
    '/caps': { items: empty ? [] : [{ ...cap, since: at(-9), month: month(0), percent: 81, reset: at(9) }] },
    '/support-requests': { items: empty ? [] : [request(id, empty)] },
    '/support-requests/1': { ...request(id, empty), entries: story },
  };
  return answers[path];
}
