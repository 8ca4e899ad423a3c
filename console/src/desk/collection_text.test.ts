// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import i18n from '../i18n/index.ts';
import { collectionSentence } from './collection_text.ts';

const terms = {
  mode: 'classic',
  deductionDay: 6,
  graceDays: 5,
  tolerance: '50',
  weeklyGraceHours: 24,
  expiryNoticeDays: 7,
  own: true,
};
const say = (more: object, language = 'en') =>
  collectionSentence({ ...terms, ...more }, (amount) => `¥${amount}`, i18n.getFixedT(language));

describe('terms of collection in words', () => {
  it('name the days', () => {
    expect(say({})).toBe(
      'On day 6 of each month the balance must be 0 or more; if not, a reminder goes out and 5 days later, on day 11, the account is suspended.',
    );
    expect(say({}, 'zh')).toBe('每月 6 日余额须不低于 0；否则发出提醒，5 天后（11 日）停用账户。');
  });

  it('say what has no grace', () => {
    expect(say({ graceDays: 0 })).toContain('suspended at once');
  });

  it('count days where the month may end before', () => {
    expect(say({ deductionDay: 28, graceDays: 1 })).toContain('1 day later the account is suspended');
  });

  it('say the weekly check, and that nothing is collected', () => {
    expect(say({ mode: 'weekly' })).toContain('short by more than ¥50');
    expect(say({ mode: 'weekly' }, 'zh')).toContain('差额超过 ¥50');
    expect(say({ mode: 'off' })).toBe('Nothing is collected: an unpaid bill leads to no reminder and no suspension.');
  });
});
