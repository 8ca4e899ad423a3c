// The words of support requests that several pages use.
import { useTranslation } from 'react-i18next';
import type { SupportRequest } from '../api/support.ts';
import { formatInstant } from '../ui/time.ts';

const tones: Record<string, string> = { open: 'tone-near', reopened: 'tone-near', answered: 'tone-ok', closed: '' };

export function StateBadge({ state }: { state: string }) {
  const { t } = useTranslation();
  return (
    <span className={`badge ${tones[state] ?? ''}`}>{t(`support.stateName.${state}`, { defaultValue: state })}</span>
  );
}

/** Waits for an answer of the operator. */
export const waits = ({ state }: Pick<SupportRequest, 'state'>): boolean => state === 'open' || state === 'reopened';

export function Due({ request, zone }: { request: SupportRequest; zone: string }) {
  const { t, i18n } = useTranslation();
  if (!waits(request)) return <span className="hint">{t('support.nothingDue')}</span>;
  if (request.dueAt === null) return <span className="hint">{t('support.bestEffort')}</span>;
  return (
    <>
      {formatInstant(request.dueAt, zone, i18n.language)}{' '}
      {request.missed ? <span className="badge tone-stop">{t('support.late')}</span> : null}
    </>
  );
}

export function useSupportNames() {
  const { t } = useTranslation();
  return {
    severity: (name: string): string => t(`support.severityName.${name}`, { defaultValue: name }),
    channel: (name: string): string => t(`support.channelName.${name}`, { defaultValue: name }),
    entry: (name: string): string => t(`support.entry.${name}`, { defaultValue: name }),
  };
}
