import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ArrowIcon } from '../ui/icons.tsx';
import { Empty } from '../ui/states.tsx';
import { useSession } from './store.ts';

export function AccountPicker() {
  const { t } = useTranslation();
  const { accounts } = useSession();
  if (accounts.length === 0) return <Empty title={t('picker.none')}>{t('picker.noneHint')}</Empty>;
  return (
    <div className="narrow">
      <h1>{t('picker.title')}</h1>
      <ul className="picker">
        {accounts.map((account) => (
          <li key={account.id}>
            <Link to={`/accounts/${encodeURIComponent(account.id)}`}>
              <span>
                <strong>{account.name}</strong>
                <span className="hint">{t(`role.${account.role}`, { defaultValue: account.role })}</span>
              </span>
              <ArrowIcon />
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
