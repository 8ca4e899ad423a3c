// What the draft says, what it costs, why it is agreed: all before anything is sent.
import { Button, Group, Textarea } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { ContractOffer } from '../api/types_desk.ts';
import type { Contract, Terms } from '../api/types_terms.ts';
import { formatDifference, formatMoney, subtract } from '../exact/decimal.ts';
import { Notice } from '../ui/notice.tsx';
import { Panel } from '../ui/panel.tsx';
import { Empty, Failed, Loading } from '../ui/states.tsx';
import { formatInstant } from '../ui/time.ts';
import { ContractSentences, stateAt, useContractLines, validity } from './contract_view.tsx';

function BillChange({ offer, later }: { offer: ContractOffer; later: boolean }) {
  const { t } = useTranslation();
  const { before, after } = offer;
  const difference = subtract(after.total, before.total);
  return (
    <dl className="change-facts">
      <div>
        <dt>{t('desk.contract.billNow')}</dt>
        <dd data-testid="contract-before">{formatMoney(before.total, before.currency)}</dd>
      </div>
      <div>
        <dt>{t(later ? 'desk.contract.billLater' : 'desk.contract.billThen')}</dt>
        <dd data-testid="contract-after">{formatMoney(after.total, after.currency)}</dd>
      </div>
      <div>
        <dt>{t('desk.contract.difference')}</dt>
        <dd data-testid="contract-difference">{formatDifference(difference, after.currency)}</dd>
      </div>
    </dl>
  );
}

/** Contracts that a new one from `from` on makes void: those agreed for later than that. */
export function voided(terms: Terms, from: number): Contract[] {
  return terms.contracts.filter((contract) => contract.from !== null && Date.parse(contract.from) > from);
}

interface Props {
  account: string;
  terms: Terms;
  zone: string;
  now: number;
  /** Null: a field is wrong. */
  contract: Contract | null;
  offer: { data: ContractOffer | undefined; error: unknown; stale: boolean };
  reason: string;
  reasonMistake: string | undefined;
  onReason(reason: string): void;
  failure: unknown;
  pending: boolean;
}

function Says({ contract, terms, zone, now }: { contract: Contract; terms: Terms; zone: string; now: number }) {
  const { t, i18n } = useTranslation();
  const at = (instant: string) => formatInstant(instant, zone, i18n.language);
  const lines = useContractLines(contract, terms.currency);
  const gone = voided(terms, contract.from === null ? now : Date.parse(contract.from));
  return (
    <>
      <p className="hint" data-testid="draft-validity">
        {contract.from === null ? t('desk.contract.fromNow') : null} {validity(contract, t, at)}
      </p>
      <div data-testid="draft-says">
        {lines.length === 0 ? (
          <Empty title={t('contract.standard')}>{t('contract.standardHint')}</Empty>
        ) : (
          <ContractSentences contract={contract} currency={terms.currency} />
        )}
      </div>
      {gone.length === 0 ? null : (
        <Notice
          tone="near"
          title={t('desk.contract.voids', { from: gone.map(({ from }) => at(from ?? '')).join(', ') })}
        />
      )}
    </>
  );
}

export function ResultPanel(props: Props) {
  const { t } = useTranslation();
  const { account, contract, now, offer, failure, pending } = props;
  const later = contract !== null && stateAt(contract, now) === 'later';
  return (
    <Panel title={t('desk.contract.result')} hint={t('desk.contract.resultHint')} className="stack result">
      {contract === null ? <Empty title={t('desk.contract.incomplete')} /> : <Says {...props} contract={contract} />}
      {contract !== null && offer.data ? (
        <div className={offer.stale ? 'fading' : ''} aria-busy={offer.stale}>
          <BillChange offer={offer.data} later={later} />
        </div>
      ) : null}
      {contract !== null && !offer.data && !offer.error ? <Loading height={110} /> : null}
      {offer.error && !failure ? <Failed error={offer.error} /> : null}
      <Textarea
        name="/reason"
        data-field="/reason"
        label={t('desk.reason')}
        description={t('desk.contract.reasonHint')}
        required
        autosize
        minRows={1}
        maxRows={4}
        maxLength={500}
        error={props.reasonMistake}
        value={props.reason}
        onChange={(event) => props.onReason(event.currentTarget.value)}
      />
      {failure ? <Failed error={failure} /> : null}
      <Group justify="flex-end">
        <Button component={Link} to={`/accounts/${encodeURIComponent(account)}/contract`} variant="default">
          {t('app.cancel')}
        </Button>
        <Button type="submit" loading={pending} data-testid="agree">
          {t('desk.contract.agree')}
        </Button>
      </Group>
    </Panel>
  );
}
