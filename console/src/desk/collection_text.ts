// What an unpaid bill leads to, as one sentence.
import type { TFunction } from 'i18next';
import type { CollectionTerms } from '../api/types_money.ts';

/** The day of the month on which a suspension comes; past the month's end it is said in days instead. */
function suspension({ deductionDay, graceDays }: CollectionTerms, t: TFunction): string {
  if (graceDays === 0) return t('desk.collection.sameDay');
  const day = deductionDay + graceDays;
  return day <= 28
    ? t('desk.collection.onDay', { day, count: graceDays })
    : t('desk.collection.afterDays', { count: graceDays });
}

export function collectionSentence(terms: CollectionTerms, money: (amount: string) => string, t: TFunction): string {
  if (terms.mode !== 'classic' && terms.mode !== 'weekly') return t('desk.collection.saysOff');
  const monthly = t('desk.collection.saysClassic', { day: terms.deductionDay, suspension: suspension(terms, t) });
  if (terms.mode === 'classic') return monthly;
  const weekly = t('desk.collection.saysWeekly', { tolerance: money(terms.tolerance), count: terms.weeklyGraceHours });
  return `${monthly} ${weekly}`;
}
