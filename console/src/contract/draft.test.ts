import { describe, expect, it } from 'vitest';
import { readContract } from '../api/read_terms.ts';
import { amountsOf, billFalls, bodyOf, type ContractDraft, contractOf, draftOf, nextId } from './draft.ts';
import { checkDraft } from './draft_checks.ts';

const zone = 'Asia/Shanghai';
const facts = { places: 2, zone, now: Date.parse('2026-11-26T00:00:00Z') };
const nothing = readContract({ discount_percent: '0' });
const draft = (more: Partial<ContractDraft> = {}): ContractDraft => ({ ...draftOf(nothing, zone), ...more });
const tier = (from: string, percent: string) => ({ id: nextId(), from, percent });
const keys = (more: Partial<ContractDraft>) =>
  Object.entries(checkDraft(draft(more), facts)).map(([pointer, mistake]) => `${pointer} ${mistake?.key}`);

/** All that the API's schema has. */
const full = {
  discount_percent: '12.3456789012',
  minimum_spend: '5000.00',
  until: '2026-12-31T16:00:00.000Z',
  volume_discount: {
    applies: 'graduated',
    tiers: [
      { from: '0.00', percent: '0' },
      { from: '10000.00', percent: '2.5' },
    ],
  },
  bundles: [{ name: 'Spring', fee: '120.00', messages: '5000000', storage_gb: '1.5' }],
  overrides: {
    plan: 'basic',
    kind: 'soft',
    base_fee: '350.00',
    quota: { pcu: '1200', messages: '9007199254740993', storage_gb: '2.000000001' },
    daily_messages: '1000000',
    rates: { pcu: '0.15', messages_per_million: '18.55555555555555555555', storage_gb: '90' },
    features: { geo_fencing: true, phone_support: false, response_time: '2h' },
    limits: { message_bytes_max: 65536 },
  },
};

describe('a draft of a contract', () => {
  it('of nothing agrees nothing', () => {
    expect(bodyOf(draft(), zone)).toEqual({});
    expect(checkDraft(draft(), facts)).toEqual({});
  });

  it('sends what it was begun with, text by text', () => {
    const begun = draftOf(readContract(full), zone);
    expect(bodyOf(begun, zone)).toEqual(full);
    expect(checkDraft(begun, facts)).toEqual({});
    expect(contractOf(begun, zone)).toEqual(readContract(full));
  });

  it('begins now, even when the one before began earlier', () => {
    expect(draftOf(readContract({ ...full, from: '2026-01-01T00:00:00Z' }), zone).from).toBe('');
  });

  it('says its times in the zone of the catalogue', () => {
    const body = bodyOf(draft({ from: '2027-01-01T00:00', until: '2027-07-01T00:00' }), zone);
    expect(body).toEqual({ from: '2026-12-31T16:00:00.000Z', until: '2027-06-30T16:00:00.000Z' });
  });

  it('tells no minimum from the plan’s own', () => {
    expect(bodyOf(draft({ minimum: 'none', minimumSpend: '5' }), zone)).toEqual({ minimum_spend: '0' });
    expect(bodyOf(draft({ minimum: 'plan', minimumSpend: '5' }), zone)).toEqual({});
    expect(draftOf(readContract({ minimum_spend: '0.00' }), zone).minimum).toBe('none');
  });

  it('acknowledges a falling bill only where it was asked', () => {
    const tiers = [tier('0.00', '0'), tier('1000.00', '10')];
    expect(billFalls(draft({ volume: 'whole', tiers }))).toBe(true);
    expect(billFalls(draft({ volume: 'graduated', tiers }))).toBe(false);
    expect(billFalls(draft({ volume: 'whole', tiers: [tier('0.00', '10')] }))).toBe(false);
    expect(keys({ volume: 'whole', tiers })).toEqual(['/volume_discount/applies falls']);
    expect(keys({ volume: 'whole', tiers, acknowledged: true })).toEqual([]);
    expect(bodyOf(draft({ volume: 'whole', tiers, acknowledged: true }), zone).volume_discount).toMatchObject({
      acknowledge_falling_bill: true,
    });
  });
});

describe('mistakes of a draft', () => {
  it.each<[Partial<ContractDraft>, string[]]>([
    [{ discountPercent: '101' }, ['/discount_percent percent']],
    [{ minimum: 'own', minimumSpend: '' }, ['/minimum_spend missing']],
    [{ minimum: 'own', minimumSpend: '1.234' }, ['/minimum_spend places']],
    [{ volume: 'graduated' }, ['/volume_discount/tiers missing']],
    [
      { volume: 'graduated', tiers: [tier('100.00', '5'), tier('100.00', '6')] },
      ['/volume_discount/tiers/1/from tierOrder'],
    ],
    [
      { bundles: [1, 2].map((id) => ({ id, name: 'A', fee: '1.00', included: amountsOf({ pcu: '1.5' }) })) },
      ['/bundles/0/pcu whole', '/bundles/1/name double', '/bundles/1/pcu whole'],
    ],
    [{ from: '2027-02-01T00:00', until: '2027-01-01T00:00' }, ['/until order']],
    [{ until: '2026-11-01T00:00' }, ['/until past']],
    [{ quota: amountsOf({ storage_gb: '1.0000000001' }) }, ['/overrides/quota/storage_gb places']],
    [{ rates: amountsOf({ messages: 'cheap' }) }, ['/overrides/rates/messages_per_million decimal']],
    [{ dailyMessages: '0' }, ['/overrides/daily_messages between']],
    [{ limits: { message_bytes_max: '1048577' } }, ['/overrides/limits/message_bytes_max between']],
  ])('%j', (more, wanted) => {
    expect(keys(more)).toEqual(wanted);
  });
});
