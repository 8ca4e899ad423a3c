// For operators: what an unpaid bill of this account leads to.
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useArrears } from '../api/queries_account.ts';
import type { CollectionTerms } from '../api/types_money.ts';
import { formatMoney } from '../exact/decimal.ts';
import { Panel } from '../ui/panel.tsx';
import { QueryBody } from '../ui/query_body.tsx';
import { collectionSentence } from './collection_text.ts';

interface Props {
  account: string;
  onChange(terms: CollectionTerms): void;
}

export function CollectionPanel({ account, onChange }: Props) {
  const { t } = useTranslation();
  const query = useArrears(account);
  const terms = query.data?.collection ?? null;
  return (
    <Panel
      title={t('desk.collection.panel')}
      hint={t('desk.collection.panelHint')}
      action={
        terms === null ? null : (
          <Button size="compact-sm" variant="default" onClick={() => onChange(terms)} data-testid="change-collection">
            {t('desk.collection.change')}
          </Button>
        )
      }
    >
      <QueryBody query={query} height={60}>
        {({ collection, currency }) =>
          collection === null ? null : (
            <p data-testid="collection">
              {collectionSentence(collection, (amount) => formatMoney(amount, currency), t)}{' '}
              <span className="badge">{t(collection.own ? 'desk.collection.own' : 'desk.collection.operators')}</span>
            </p>
          )
        }
      </QueryBody>
    </Panel>
  );
}
