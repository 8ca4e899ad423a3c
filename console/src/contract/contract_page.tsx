// What the account has agreed: plan, contract, tax, features, and who changed them.
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useUsage } from '../api/queries.ts';
import { useHistory, useTerms } from '../api/queries_account.ts';
import type { Contract, Terms } from '../api/types_terms.ts';
import { compare } from '../exact/decimal.ts';
import { TableHead } from '../ui/figures.tsx';
import { CheckIcon } from '../ui/icons.tsx';
import { useNames } from '../ui/names.ts';
import { Panel } from '../ui/panel.tsx';
import { QueryBody } from '../ui/query_body.tsx';
import { ScrollBox } from '../ui/scroll_box.tsx';
import { Empty } from '../ui/states.tsx';
import { formatInstant, formatMonth } from '../ui/time.ts';
import { contractLines } from './contract_lines.ts';
import { useFeatureText } from './feature_text.ts';

function Lines({ contract, currency }: { contract: Contract; currency: string }) {
  const { t } = useTranslation();
  const names = useNames();
  const { sentence } = useFeatureText();
  const lines = contractLines(contract, { t, currency, plan: names.plan, meter: names.meter, feature: sentence });
  if (lines.length === 0) return null;
  return (
    <ul className="contract-lines">
      {lines.map(({ text, parts }) => (
        <li key={text}>
          {text}
          {parts.length === 0 ? null : (
            <ul>
              {parts.map((part) => (
                <li key={part}>{part}</li>
              ))}
            </ul>
          )}
        </li>
      ))}
    </ul>
  );
}

function validity({ from, until }: Contract, t: TFunction, at: (instant: string) => string): string {
  if (from !== null && until !== null) return t('contract.fromUntil', { from: at(from), until: at(until) });
  if (until !== null) return t('contract.until', { until: at(until) });
  return from === null ? t('contract.open') : t('contract.from', { from: at(from) });
}

function Fact({ label, value, testId }: { label: string; value: string; testId?: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd data-testid={testId}>{value}</dd>
    </div>
  );
}

/** The contract in force among all that were agreed, with its times; the plain terms have none. */
function inForce(terms: Terms, now: number): Contract {
  const holds = ({ from, until }: Contract) =>
    (from === null || Date.parse(from) <= now) && (until === null || now < Date.parse(until));
  const found = terms.contracts.findLast(holds);
  return { ...terms.contract, from: found?.from ?? null, until: found?.until ?? null };
}

function InForce({ terms, zone, now }: { terms: Terms; zone: string; now: number }) {
  const { t, i18n } = useTranslation();
  const names = useNames();
  const { contract, tax } = { contract: inForce(terms, now), tax: terms.tax };
  const at = (instant: string) => formatInstant(instant, zone, i18n.language);
  const taxed = compare(tax.percent, '0') !== 0;
  const taxText = t(tax.inclusive ? 'contract.taxInclusive' : 'contract.taxAdded', { percent: tax.percent });
  const lines = <Lines contract={contract} currency={terms.currency} />;
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

function stateAt({ from, until }: Contract, now: number): 'now' | 'later' | 'ended' {
  if (from !== null && now < Date.parse(from)) return 'later';
  return until !== null && Date.parse(until) <= now ? 'ended' : 'now';
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
              <Lines contract={contract} currency={terms.currency} />
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
