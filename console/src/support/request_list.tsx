import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { SupportRequest } from '../api/support.ts';
import { TableHead } from '../ui/figures.tsx';
import { formatInstant } from '../ui/time.ts';
import { Due, StateBadge, useSupportNames } from './support_text.tsx';

interface Props {
  requests: SupportRequest[];
  zone: string;
  /** Of all accounts: each row names its account. */
  all?: boolean;
}

export function RequestList({ requests, zone, all = false }: Props) {
  const { t, i18n } = useTranslation();
  const names = useSupportNames();
  const columns = ['subject', ...(all ? ['account'] : []), 'severity', 'state', 'due', 'opened'];
  return (
    <table className="table rows" data-testid="requests">
      <TableHead columns={columns.map((key) => ({ key, label: t(`support.${key}`) }))} />
      <tbody>
        {requests.map((request) => (
          <tr key={request.id} data-testid={`request-${request.id}`}>
            <th scope="row">
              <Link
                className="wrap"
                to={`/accounts/${encodeURIComponent(request.account)}/support/${encodeURIComponent(request.id)}`}
              >
                {request.subject}
              </Link>
            </th>
            {all ? (
              <td data-label={t('support.account')}>
                <span className="wrap">{request.accountName}</span>
              </td>
            ) : null}
            <td data-label={t('support.severity')}>{names.severity(request.severity)}</td>
            <td data-label={t('support.state')}>
              <StateBadge state={request.state} />
            </td>
            <td data-label={t('support.due')}>
              <Due request={request} zone={zone} />
            </td>
            <td data-label={t('support.opened')}>{formatInstant(request.openedAt, zone, i18n.language)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
