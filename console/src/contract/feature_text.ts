// Features of a plan in words: names, yes or no, service hours, response times.
import { useTranslation } from 'react-i18next';

/** "24h" is 24 hours, "30m" 30 minutes; null for anything else. */
export function span(value: string): { unit: 'hours' | 'minutes'; count: number } | null {
  const found = /^(\d{1,5})([hm])$/.exec(value);
  return found ? { unit: found[2] === 'h' ? 'hours' : 'minutes', count: Number(found[1]) } : null;
}

export function useFeatureText() {
  const { t } = useTranslation();
  const valueText = (value: boolean | string): string => {
    if (typeof value === 'boolean') return t(value ? 'features.yes' : 'features.no');
    const time = span(value);
    return time === null
      ? t(`features.value.${value}`, { defaultValue: value })
      : t(`features.${time.unit}`, { count: time.count });
  };
  const nameText = (name: string): string => t(`features.name.${name}`, { defaultValue: name });
  /** A whole sentence, for a contract's line. */
  const sentence = (name: string, value: boolean | string): string => {
    const feature = nameText(name);
    if (typeof value === 'boolean') {
      return t(value ? 'contract.line.featureOn' : 'contract.line.featureOff', { feature });
    }
    return t('contract.line.featureValue', { feature, value: valueText(value) });
  };
  return { valueText, nameText, sentence };
}
