// What the account has agreed: plan, contract, tax, features, and who changed them.
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useUsage } from '../api/queries.ts';
import { useHistory, useTerms } from '../api/queries_account.ts';
import type { Terms } from '../api/types_terms.ts';
import { ContractDesk } from '../desk/contract_desk.tsx';
import { compare } from '../exact/decimal.ts';
import { TableHead } from '../ui/figures.tsx';
import { CheckIcon } from '../ui/icons.tsx';
import { useNames } from '../ui/names.ts';
import { Panel } from '../ui/panel.tsx';
import { QueryBody } from '../ui/query_body.tsx';
import { ScrollBox } from '../ui/scroll_box.tsx';
import { Empty } from '../ui/states.tsx';
import { formatInstant, formatMonth } from '../ui/time.ts';
import { ContractSentences, inForce, stateAt, validity } from './contract_view.tsx';
import { useFeatureText } from './feature_text.ts';

function Fact({ label, value, testId }: { label: string; value: string; testId?: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd data-testid={testId}>{value}</dd>
    </div>
  );
}

function InForce({ terms, zone, now }: { terms: Terms; zone: string; now: number }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const { contract, tax } = { contract: inForce(terms, now), tax: terms.tax };
  const at = (instant: string) => formatInstant(instant, zone, i18n.language);
  const taxed = compare(tax.percent, '0') !== 0;
  const taxText = t(tax.inclusive ? 'contract.taxInclusive' : 'contract.taxAdded', { percent: tax.percent });
  const lines = <ContractSentences contract={contract} currency={terms.currency} />;
  const nothing = Object.values({ ...contract, from: null, until: null, discountPercent: null }).every(
    (value) => value === null || (Array.isArray(value) && value.length === 0),
  );
  const standard = nothing && compare(contract.discountPercent, '0') === 0;
  return (
    <Panel title={t('contract.inForce')} hint={t('contract.inForceHint')} className="stack">
      <dl className="sheet-facts">
        <Fact label={t('contract.plan')} value={names.plan(terms.plan)} testId="terms-plan" />
        <Fact label={t('contract.catalogue')} value={terms.catalogue} />
        <Fact label={t('contract.tax')} value={taxed ? taxText : t('contract.taxNone')} testId="terms-tax" />
        <Fact label={t('contract.validity')} value={validity(contract, t, at)} testId="terms-validity" />
      </dl>
      {terms.nextPlan === null ? null : <p>{t('contract.nextPlan', { plan: names.plan(terms.nextPlan) })}</p>}
      {terms.nextCatalogue === null ? null : (
        <p>
          {t('contract.nextCatalogue', {
            name: terms.nextCatalogue.catalogue,
            month: formatMonth(terms.nextCatalogue.from, i18n.language),
          })}
        </p>
      )}
      {standard ? (
        <Empty title={t('contract.standard')}>{t('contract.standardHint')}</Empty>
      ) : (
        <div data-testid="agreed">
          <h3>{t('contract.agreed')}</h3>
          {lines}
        </div>
      )}
    </Panel>
  );
}

const tones = { now: 'tone-ok', later: 'tone-free', ended: '' };

function AllContracts({ terms, zone, now }: { terms: Terms; zone: string; now: number }) {
  const { t, i18n } = useTranslation();
  if (terms.contracts.length < 2 && !terms.contracts.some((each) => stateAt(each, now) !== 'now')) return null;
  const at = (instant: string) => formatInstant(instant, zone, i18n.language);
  return (
    <Panel title={t('contract.all')} hint={t('contract.allHint')}>
      <ul className="contracts" data-testid="contracts">
        {terms.contracts.map((contract) => {
          const state = stateAt(contract, now);
          return (
            <li key={`${contract.from}/${contract.until}`}>
              <p>
                <span className={`badge ${tones[state]}`}>{t(`contract.state.${state}`)}</span>{' '}
                {validity(contract, t, at)}
              </p>
              <ContractSentences contract={contract} currency={terms.currency} />
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

function Features({ terms }: { terms: Terms }) {
  const { t } = useTranslation();
  const { valueText, nameText } = useFeatureText();
  if (terms.features.length === 0) return null;
  return (
    <Panel title={t('features.title')} hint={t('features.hint')}>
      <ul className="features" data-testid="features">
        {terms.features.map(({ name, value }) => (
          <li key={name} className={value === false ? 'without' : ''}>
            <span>{nameText(name)}</span>
            {value === true ? (
              <span className="feature-on">
                <CheckIcon size={16} />
                <span className="sr-only">{valueText(value)}</span>
              </span>
            ) : (
              <span className="hint">{valueText(value)}</span>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function History({ account, zone }: { account: string; zone: string }) {
  const { t, i18n } = useTranslation();
  const query = useHistory(account);
  const columns = ['when', 'what', 'by', 'why'] as const;
  return (
    <Panel title={t('history.title')} hint={t('history.hint')}>
      <QueryBody query={query}>
        {(events) =>
          events.length === 0 ? (
            <Empty title={t('history.empty')} />
          ) : (
            <ScrollBox className="tall" label={t('history.title')}>
              <table className="table rows" data-testid="history">
                <TableHead columns={columns.map((key) => ({ key, label: t(`history.${key}`) }))} />
                <tbody>
                  {[...events].reverse().map((event) => (
                    <tr key={event.id}>
                      <th scope="row">{formatInstant(event.at, zone, i18n.language)}</th>
                      <td data-label={t('history.what')}>
                        {t(`history.kind.${event.kind}`, { defaultValue: event.kind })}
                      </td>
                      <td data-label={t('history.by')}>{event.by === 'system' ? t('history.system') : event.by}</td>
                      <td data-label={t('history.why')}>
                        <span className="wrap">{event.why}</span>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </ScrollBox>
          )
        }
      </QueryBody>
    </Panel>
  );
}

export function ContractPage() {
  const { t } = useTranslation();
  const { account = '' } = useParams();
  const usage = useUsage(account);
  const terms = useTerms(account);
  return (
    <>
      <header className="page-head">
        <h1>{t('contract.title')}</h1>
        {terms.data ? <ContractDesk account={account} terms={terms.data} /> : null}
      </header>
      <QueryBody query={usage} height={420}>
        {({ zone, asOf }) => (
          <>
            <QueryBody query={terms} height={300}>
              {(found) => (
                <>
                  <InForce terms={found} zone={zone} now={Date.parse(asOf)} />
                  <AllContracts terms={found} zone={zone} now={Date.parse(asOf)} />
                  <Features terms={found} />
                </>
              )}
            </QueryBody>
            <History account={account} zone={zone} />
          </>
        )}
      </QueryBody>
    </>
  );
}
