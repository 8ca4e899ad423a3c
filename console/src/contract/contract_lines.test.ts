// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { readContract } from '../api/read_terms.ts';
import i18n from '../i18n/index.ts';
import { contractLines } from './contract_lines.ts';

function said(contract: object, language = 'en') {
  const t = i18n.getFixedT(language);
  return contractLines(readContract(contract), {
    t,
    currency: 'CNY',
    plan: (name) => t(`plan.${name}`),
    meter: (name) => t(`meter.${name}.name`),
    feature: (name, value) => `${name}=${value}`,
  });
}

describe('a contract in words', () => {
  it('says nothing of what is not agreed', () => {
    expect(said({ discount_percent: '0' })).toEqual([]);
  });

  it('says everything that is agreed, in the order in which the bill does', () => {
    const contract = {
      discount_percent: '12.5',
      minimum_spend: '5000.00',
      volume_discount: {
        applies: 'graduated',
        tiers: [
          { from: '0.00', percent: '0' },
          { from: '10000.00', percent: '5' },
        ],
      },
      bundles: [{ name: 'Start', fee: '300.00', pcu: '0', messages: '50000000', storage_gb: '1.5' }],
      overrides: {
        plan: 'basic',
        base_fee: '350.00',
        quota: { pcu: '1200' },
        rates: { messages_per_million: '18.5' },
        daily_messages: '1000000',
        features: { geo_fencing: true },
        limits: { message_bytes_max: 65536, some_new_limit: 5 },
      },
    };
    expect(said(contract)).toEqual([
      {
        text: 'Volume discount, each part of the fee at its own tier:',
        parts: ['from ¥0.00: 0%', 'from ¥10,000.00: 5%'],
      },
      { text: "Discount of 12.5% on the month's fee", parts: [] },
      { text: 'Committed minimum of ¥5,000.00 a month', parts: [] },
      { text: 'Bundle “Start” for ¥300.00 a month: 50,000,000 units · 1.5 GB', parts: [] },
      {
        text: 'On plan Basic only:',
        parts: [
          'Base fee ¥350.00 a month',
          'Peak connections included: 1,200 connections',
          'Messages: ¥18.5 per million'.replace('18.5', '18.50'),
          'At most 1,000,000 messages a day',
          'geo_fencing=true',
          'Message size, bytes: 65,536',
          'some_new_limit: 5',
        ],
      },
    ]);
  });

  it('says a removed minimum, and speaks Chinese', () => {
    expect(said({ discount_percent: '0', minimum_spend: '0.00' }, 'zh')).toEqual([{ text: '无最低消费', parts: [] }]);
    expect(said({ discount_percent: '5', overrides: { kind: 'hard' } }, 'zh').map(({ text }) => text)).toEqual([
      '当月费用享 5% 折扣',
      '配额方式：到达配额即停止',
    ]);
  });
});
