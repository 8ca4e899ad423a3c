// A demo with a past: closed months, payments, a contract, caps, support requests. For tests and for pictures.

const day = 86_400_000;

/** Moves the demo's clock to `at`. */
export function moveTo(world, at) {
  return world.operator('PUT', '/test-clock', { now: new Date(at).toISOString() });
}

/** Closes so many months of every account, one after the other. */
export async function closeMonths(world, account, count) {
  const made = [];
  for (let done = 0; done < count; done += 1) made.push(await world.closeMonth(account));
  return made;
}

export const fullContract = {
  discount_percent: '5',
  minimum_spend: '300.00',
  volume_discount: {
    applies: 'graduated',
    tiers: [
      { from: '0.00', percent: '0' },
      { from: '10000.00', percent: '2.5' },
    ],
  },
  bundles: [{ name: 'Spring', fee: '120.00', messages: '5000000' }],
  overrides: { plan: 'basic', quota: { pcu: 800 }, rates: { messages_per_million: '18.5' }, features: { geo_fencing: true } },
  reason: 'order form 2026-17',
};

/** Months that were paid in part, a credit, a refused payment: what a statement looks like. */
export async function seedMoney(world) {
  const { account } = world.customer('basic');
  const path = `/accounts/${account}`;
  await world.operator('PUT', `${path}/tax`, { rate_percent: '6', reason: 'VAT' });
  const [first] = await closeMonths(world, account, 1);
  const today = async () => (await world.operator('GET', '/test-clock')).now.slice(0, 10);
  await world.operator('POST', `${path}/payments`, {
    id: 'CMB-20261203-00017',
    date: await today(),
    amount: '500.00',
    currency: 'CNY',
    payer: 'Acme Messaging Ltd',
    reference: first.number,
  });
  await closeMonths(world, account, 2);
  await world.operator('POST', `${path}/credits`, { reference: 'C-1', amount: '20.00', reason: 'slow answer in December' });
  const bounced = await world.operator('POST', `${path}/payments`, {
    id: 'CMB-20270203-00002',
    date: await today(),
    amount: '88.00',
    currency: 'CNY',
    payer: 'Acme Messaging Ltd',
  });
  await world.operator('POST', `${path}/payments/${bounced.payment}:reverse`, { reason: 'bounced' });
  return account;
}

/** The account falls into arrears: collected from now on, and the deduction day passes. */
export async function seedArrears(world) {
  const { account } = world.customer('basic');
  await world.operator('PUT', `/accounts/${account}/collection`, { mode: 'classic', reason: 'agreed by phone' });
  const usage = await world.operator('GET', `/accounts/${account}/usage/current`);
  // The deduction day is the 6th of the running month; the day after, a reminder has gone out.
  await moveTo(world, Date.parse(usage.start) + 6 * day + 10 * 3_600_000);
  const { state } = await world.until(`/accounts/${account}/arrears`, (now) => now.state !== 'clear');
  return state;
}

/** A prepaid account with two amounts, one with an end. */
export async function seedPrepaid(world) {
  const { account } = world.customer('free');
  const path = `/accounts/${account}`;
  const { start } = await world.operator('GET', `${path}/usage/current`);
  await world.operator('PUT', `${path}/prepaid`, { prepaid: true, reason: 'order form 2026-18' });
  await world.operator('POST', `${path}/prepaid/grants`, {
    kind: 'granted',
    reference: 'WELCOME',
    amount: '50.00',
    expires_at: new Date(Date.parse(start) + 60 * day).toISOString(),
    reason: 'welcome',
  });
  await world.operator('POST', `${path}/prepaid/grants`, {
    kind: 'paid',
    reference: 'TOPUP-1',
    amount: '1234.50',
    reason: 'paid by card',
  });
  return account;
}

/** A budget and caps, one of them used up by the messages that are sent here. */
export async function seedLimits(world) {
  const who = world.customer('basic');
  const path = `/accounts/${who.account}`;
  const project = world.projectOf('basic').id;
  await world.as(who, 'PUT', `${path}/budget`, { amount: '1000.00' });
  await world.as(who, 'POST', `${path}/caps`, { scope: 'project', project, amount: '250.00' });
  await world.as(who, 'POST', `${path}/caps`, { scope: 'channels', project, prefix: 'game-', units: '1000000' });
  const full = await world.as(who, 'POST', `${path}/caps`, { scope: 'channels', project, prefix: 'lob', units: '3' });
  // A cap sees messages from a moment after it was made.
  for (let sent = 0; sent < 3; ) {
    const tried = await world.tryPublish('basic', 'counted');
    const cap = (await world.as(who, 'GET', `${path}/caps`)).items.find(({ id }) => id === full.id);
    sent = Number(cap.used_units);
    if (tried.status === 402) break;
  }
  return full;
}

/** One request that waits and one that was answered. */
export async function seedSupport(world) {
  const who = world.customer('basic');
  const path = `/accounts/${who.account}/support-requests`;
  const answered = await world.as(who, 'POST', path, {
    subject: 'How is a peak counted over midnight?',
    text: 'Our users stay connected for days.\nDoes each day begin anew?',
    severity: 'low',
  });
  await world.operator('POST', `${path}/${answered.id}/comments`, {
    text: 'The peak is the highest number of connections that were open at one instant of the month.',
  });
  const open = await world.as(who, 'POST', path, {
    subject: 'Messages of channel game-17 arrive late',
    text: 'Since 14:00 some arrive after two seconds.',
    severity: 'high',
    channel: 'phone',
    project: world.projectOf('basic').id,
  });
  return { answered, open };
}

export const bankFile = (number) => `id,date,amount,currency,reference,payer,text
CMB-1,2027-02-03,399.00,CNY,${number},"Acme, Ltd",February
CMB-2,2027-02-03,500.00,CNY,thank you,,
CMB-3,2027-02-03,-1.00,CNY,,,
`;
