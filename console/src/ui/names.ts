// Names for people of things the server calls by a short word. Words we have no name for are shown as they are: an
// operator's own catalogue may call its plans what it likes.
import { useTranslation } from 'react-i18next';
import type { MeterName } from '../api/types.ts';

export function useNames() {
  const { t } = useTranslation();
  return {
    plan: (name: string): string => t(`plan.${name}`, { defaultValue: name }),
    meter: (name: MeterName): string => t(`meter.${name}.name`),
    line: (kind: string): string => t(`line.${kind}.name`, { defaultValue: kind }),
  };
}

/** The meter that a line of an invoice bills, if it bills one. */
export function meterOfLine(kind: string): MeterName | null {
  if (kind === 'storage') return 'storage_gb';
  return kind === 'pcu' || kind === 'messages' ? kind : null;
}

/** Digits after the point that a quantity of this meter is shown with in headlines; details show all. */
export function placesOf(meter: MeterName): number {
  return meter === 'storage_gb' ? 4 : 0;
}
