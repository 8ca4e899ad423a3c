import { useTranslation } from 'react-i18next';
import type { DownRange } from '../api/types.ts';
import { formatQuantity } from '../exact/decimal.ts';
import { ScrollBox } from '../ui/scroll_box.tsx';
import { formatInstant } from '../ui/time.ts';

interface Props {
  ranges: DownRange[];
  /** How many more there are than are listed, decimal text. */
  more?: string;
  zone: string;
}

/** The times in which the message path was down, with what was found to be the cause. */
export function DownRanges({ ranges, more = '0', zone }: Props) {
  const { t, i18n } = useTranslation();
  if (ranges.length === 0) return null;
  const at = (instant: string) => formatInstant(instant, zone, i18n.language);
  return (
    <ScrollBox className="tall" label={t('uptime.ranges')}>
      <ul className="down-ranges">
        {ranges.map(({ start, end, cause }) => (
          <li key={start}>
            <span>{t('gap.range', { start: at(start), end: at(end) })}</span>
            <span className="hint">{t(`uptime.cause.${cause}`, { defaultValue: cause })}</span>
          </li>
        ))}
        {more === '0' ? null : <li className="hint">{t('uptime.more', { amount: formatQuantity(more) })}</li>}
      </ul>
    </ScrollBox>
  );
}
