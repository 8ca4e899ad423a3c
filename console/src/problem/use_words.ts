// The words of an explained error in the reader's language.
import { useTranslation } from 'react-i18next';
import { formatMoney, formatQuantity } from '../exact/decimal.ts';
import { formatMoment } from '../ui/time.ts';
import type { Explained } from './explain.ts';
import { rolesThatMay } from './rows.ts';
import { useZone } from './use_zone.ts';

/** Labels of a form's fields by pointer ("/tiers/0/from") or by the field's name ("from"). */
export type Labels = Readonly<Record<string, string>>;

export interface Line {
  label: string;
  value: string;
  testId: string;
}

/** Figures of a reason whose values are words of ours: the group of texts they are in. */
const groups: Readonly<Record<string, string>> = {
  expected: 'expected',
  permission: 'right',
  feature: 'features.name',
  role: 'role',
  plan: 'plan',
};

export function useWords() {
  const { t, i18n } = useTranslation();
  const zone = useZone();
  const moment = (at: string | number) => `${formatMoment(at, zone, i18n.language)} (${zone})`;

  const capText = (cap: NonNullable<Explained['quota']>['cap']): string | null => {
    if (cap === null) return null;
    const name = t([`problemView.capName.${cap.scope}`, 'problemView.cap'], { of: cap.of });
    return cap.amount === '' ? name : t('problemView.capName.amount', { name, amount: cap.amount });
  };

  const quotaLines = (quota: Explained['quota']): Line[] => {
    if (quota === null) return [];
    const amount = (text: string | null) => {
      if (text === null) return null;
      return quota.meter === 'storage'
        ? t('problemView.bytes', { amount: formatQuantity(text) })
        : formatQuantity(text);
    };
    const all: [string, string | null][] = [
      ['meter', t(`problemView.meterName.${quota.meter}`, { defaultValue: quota.meter })],
      ['cap', capText(quota.cap)],
      ['used', amount(quota.used)],
      ['limit', amount(quota.limit)],
      ['needed', amount(quota.needed)],
      ['until', quota.reset === null ? null : moment(quota.reset)],
    ];
    return all.flatMap(([name, value]) =>
      value === null ? [] : [{ label: t(`problemView.${name}`), value, testId: `problem-${name}` }],
    );
  };

  const fieldText = ({ field, pointer }: Explained, labels: Labels): string | null => {
    if (field === null || pointer === null) return null;
    return labels[pointer] ?? labels[field] ?? t(`fieldLabel.${field}`, { defaultValue: pointer });
  };

  const roleText = (role: string) => t([`role.${role}`, `operatorRole.${role}`], { defaultValue: role });

  /** Null when the page has no words for that reason. */
  const reasonText = ({ reason }: Explained): string | null => {
    if (reason === null) return null;
    const { name, figures } = reason;
    const said = Object.entries(figures).map(([key, value]): [string, string] => {
      const group = groups[key];
      if (key === 'most' && figures.currency !== undefined) return [key, formatMoney(value, figures.currency)];
      return [key, group ? t(`${group}.${value}`, { defaultValue: value }) : value];
    });
    const text = t(`reason.${name}`, { ...Object.fromEntries(said), defaultValue: '' });
    if (text === '') return null;
    if (name !== 'permission') return text;
    const roles = rolesThatMay(figures.permission ?? '')
      .map(roleText)
      .join(t('problemView.comma'));
    return roles === '' ? text : `${text} ${t('problemView.roles', { roles })}`;
  };

  /** Which field, and what is wrong with it. */
  const place = (found: Explained, labels: Labels): string | null => {
    const [label, text] = [fieldText(found, labels), reasonText(found)];
    if (label === null) return text;
    return text === null ? t('problemView.fieldOnly', { label }) : t('problemView.field', { label, text });
  };

  return {
    /** One sentence: what happened. */
    what: (found: Explained) => t(found.what),
    act: (found: Explained) => t(found.act),
    quotaLines,
    place,
    /** What is wrong, when the server gave a reason that the page has words for. */
    reason: reasonText,
    moment,
    /** The server's words are left out where the page said all of it already. */
    said: (found: Explained) => (found.quota !== null || reasonText(found) !== null ? null : found.said),
  };
}
