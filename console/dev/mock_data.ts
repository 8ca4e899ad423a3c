// The accounts of the development server. The bills are written out, not computed: the one bill function is the server's.

export interface Account {
  name: string;
  plan: string;
  empty?: boolean;
  failing?: boolean;
  gap?: boolean;
  pcu: [used: string, quota: string | null, open: string];
  messages: [used: number, quota: string | null];
  storage: [used: string, quota: string | null];
}

export const accounts: Record<string, Account> = {
  busy: {
    name: 'Nebula Chat',
    plan: 'basic',
    pcu: ['312', '500', '143'],
    messages: [25_418_733, '30000000'],
    storage: ['0.9134722222', '2'],
    gap: true,
  },
  over: {
    name: '青山直播',
    plan: 'basic',
    pcu: ['612', '500', '208'],
    messages: [32_114_208, '30000000'],
    storage: ['2.0666666667', '2'],
  },
  free: {
    name: 'Tiny Studio',
    plan: 'free',
    pcu: ['100', '100', '37'],
    messages: [3_000_000, '3000000'],
    storage: ['0.0412', '1'],
  },
  flagship: {
    name: 'Orbit Games',
    plan: 'flagship',
    pcu: ['18204', null, '9120'],
    messages: [912_440_018, null],
    storage: ['44.0712', null],
  },
  empty: {
    name: 'New Account',
    plan: 'free',
    empty: true,
    pcu: ['0', '100', '0'],
    messages: [0, '3000000'],
    storage: ['0', '1'],
  },
  failing: {
    name: 'Unlucky Ltd',
    plan: 'basic',
    failing: true,
    pcu: ['0', '500', '0'],
    messages: [0, '30000000'],
    storage: ['0', '2'],
  },
};

/** What live clients of the development server have used, by account. */
export const extra: Record<string, { units: number; open: number }> = {};

const month = { start: '2026-10-31T16:00:00.000Z', end: '2026-11-30T16:00:00.000Z' };

export function usageOf(id: string) {
  const account = accounts[id] as Account;
  const live = extra[id] ?? { units: 0, open: 0 };
  const messages = String(account.messages[0] + live.units);
  const open = String(Number(account.pcu[2]) + live.open);
  const [pcu, , storage] = [account.pcu[0], null, account.storage[0]];
  const none = { pcu: '0', messages: '0', storage_gb: '0' };
  const projects: Record<string, unknown> = account.empty
    ? {}
    : {
        'chat-ios': { pcu, messages, storage_gb: storage },
        客服机器人: { ...none, messages: '0' },
      };
  return {
    account: id,
    name: account.name,
    month: '2026-11',
    ...month,
    as_of: new Date().toISOString(),
    zone: 'Asia/Shanghai',
    catalogue: 'cn26',
    currency: 'CNY',
    plan: account.plan,
    hard: account.plan === 'free',
    pay_as_you_go: account.pcu[1] === null,
    meters: {
      pcu: { used: pcu, quota: account.pcu[1], open },
      messages: { used: messages, quota: account.messages[1] },
      storage_gb: { used: storage, quota: account.storage[1] },
    },
    projects,
    gaps: account.gap ? [{ start: '2026-11-22T18:00:00Z', end: '2026-11-22T19:12:00Z' }] : [],
  };
}

const zero = (kind: string, quantity: string, included: string, price: string) => ({
  kind,
  quantity,
  included,
  overage: '0',
  unit_price: price,
  amount: '0.00',
});

const lines: Record<string, [unknown[], string]> = {
  over: [
    [
      { kind: 'base', amount: '399.00' },
      { kind: 'pcu', quantity: '612', included: '500', overage: '112', unit_price: '0.2', amount: '22.40' },
      {
        kind: 'messages',
        quantity: '32114208',
        included: '30000000',
        overage: '2114208',
        unit_price: '0.00002',
        amount: '42.28',
      },
      {
        kind: 'storage',
        quantity: '2.0666666667',
        included: '2',
        overage: '0.0666666667',
        unit_price: '100',
        amount: '6.67',
      },
      { kind: 'discount', amount: '-47.04' },
      { kind: 'tax', amount: '25.40' },
    ],
    '448.71',
  ],
  flagship: [
    [
      { kind: 'base', amount: '0.00' },
      { kind: 'pcu', quantity: '18204', included: '0', overage: '18204', unit_price: '0.2', amount: '3640.80' },
      {
        kind: 'messages',
        quantity: '912440018',
        included: '0',
        overage: '912440018',
        unit_price: '0.00002',
        amount: '18248.80',
      },
      { kind: 'storage', quantity: '44.0712', included: '0', overage: '44.0712', unit_price: '100', amount: '4407.12' },
    ],
    '26296.72',
  ],
};

export function billOf(id: string) {
  const usage = usageOf(id);
  const { pcu, messages, storage_gb } = usage.meters;
  const base = usage.plan === 'free' ? '0.00' : '399.00';
  const own = lines[id] ?? [
    [
      { kind: 'base', amount: base },
      zero('pcu', pcu.used, pcu.quota ?? '0', '0.2'),
      zero('messages', messages.used, messages.quota ?? '0', '0.00002'),
      zero('storage', storage_gb.used, storage_gb.quota ?? '0', '100'),
    ],
    base,
  ];
  return {
    account: id,
    month: '2026-11',
    plan: usage.plan,
    catalogue: 'cn26',
    currency: 'CNY',
    state: 'running',
    as_of: usage.as_of,
    lines: own[0],
    total: own[1],
  };
}

export function invoicesOf(id: string) {
  if (accounts[id]?.empty) return [];
  const bill = billOf(id);
  return ['2026-10', '2026-09'].map((name, index) => ({
    ...bill,
    number: `CN26-2026-${String(1042 - index * 57).padStart(6, '0')}`,
    month: name,
    state: index === 0 ? 'issued' : 'paid',
    issued_at: `${name === '2026-10' ? '2026-10-31' : '2026-09-30'}T16:00:02Z`,
  }));
}

const rates = { pcu: '0.2', messages: '0.00002', storage_gb: '100' };
const plan = (name: string, order: number, base: string, quota: [string, string, string] | null, minimum = '0.00') => ({
  name,
  order,
  base_fee: base,
  minimum_spend: minimum,
  hard: name === 'free',
  pay_as_you_go: quota === null,
  quota: quota && { pcu: quota[0], messages: quota[1], storage_gb: quota[2] },
  rates,
});

export const plans = {
  catalogue: 'cn26',
  currency: 'CNY',
  zone: 'Asia/Shanghai',
  plans: [
    plan('free', 0, '0.00', ['100', '3000000', '1']),
    plan('basic', 1, '399.00', ['500', '30000000', '2']),
    plan('premium', 2, '1499.00', ['2500', '150000000', '10']),
    plan('flagship', 3, '0.00', null),
    plan('enterprise', 4, '0.00', null, '1500.00'),
  ],
};
