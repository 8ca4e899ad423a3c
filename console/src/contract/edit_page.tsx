// The contract editor: begins with what is in force, shows what it says and costs, and agrees it as a whole.
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { setContract } from '../api/calls_desk.ts';
import { refreshAccount, usePlans, useUsage } from '../api/queries.ts';
import { useTerms } from '../api/queries_account.ts';
import { useContractOffer } from '../api/queries_desk.ts';
import type { Usage } from '../api/types.ts';
import type { Terms } from '../api/types_terms.ts';
import { checkText, placesIn } from '../form/checks.ts';
import { fieldOf } from '../form/pointer.ts';
import { useMistakeText, useSaid } from '../form/use_form.ts';
import { useMay } from '../session/may.ts';
import { BackLink } from '../ui/back_link.tsx';
import { Notice } from '../ui/notice.tsx';
import { useOnce } from '../ui/once.ts';
import { QueryBody } from '../ui/query_body.tsx';
import { inForce } from './contract_view.tsx';
import { bodyOf, contractOf, draftOf } from './draft.ts';
import { checkDraft } from './draft_checks.ts';
import type { Editor } from './draft_field.tsx';
import { BundlesPanel } from './edit_bundles.tsx';
import { FeaturesPanel, LimitsPanel, OverridesPanel } from './edit_overrides.tsx';
import { DiscountPanel, ValidityPanel, VolumePanel } from './edit_price.tsx';
import { ResultPanel } from './edit_result.tsx';

const restMs = 350;

/** The fields that are there now, by pointer. */
const fieldsIn = (form: HTMLElement | null) =>
  Array.from(form?.querySelectorAll<HTMLInputElement>('[name^="/"]') ?? [], ({ name }) => name);

interface Props {
  account: string;
  terms: Terms;
  usage: Usage;
}

/** The draft with everything that is known about it: mistakes of its own, and what the server says of it. */
function useDraft({ account, terms, usage }: Props, failure: unknown, onChange: () => void) {
  const { zone, asOf } = usage;
  const [draft, setDraft] = useState(() => draftOf(inForce(terms, Date.parse(asOf)), zone));
  const [asked, setAsked] = useState(false);
  const words = useMistakeText();
  const said = useSaid();
  const form = useRef<HTMLFormElement>(null);
  const facts = { places: placesIn(terms.inForce?.baseFee ?? '0.00'), zone, now: Date.parse(asOf) };
  const mistakes = checkDraft(draft, facts);
  const right = Object.keys(mistakes).length === 0;
  const body = right ? JSON.stringify(bodyOf(draft, zone)) : null;
  const [settled] = useDebouncedValue(body, restMs);
  const query = useContractOffer(account, settled === null ? null : JSON.parse(settled));
  const refused = failure ?? (settled === body ? query.error : null);
  const editor: Editor = {
    draft,
    change: (part) => {
      setDraft((before) => ({ ...before, ...part }));
      onChange();
    },
    mistake: (pointer) => {
      const own = mistakes[pointer];
      // What is only not filled in yet is no mistake before one has asked.
      if (own && (asked || own.key !== 'missing')) return words(own);
      return fieldOf(refused, fieldsIn(form.current)) === pointer ? said(refused) : undefined;
    },
    currency: terms.currency,
    zone,
  };
  const offer = { data: query.data, error: refused, stale: query.isPlaceholderData || settled !== body };
  return { editor, body, offer, form, asked, setAsked, now: facts.now };
}

function Form(props: Props) {
  const { account, terms, usage } = props;
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const key = useOnce();
  const [reason, setReason] = useState('');
  const agree = useMutation({
    mutationFn: (agreed: string) => setContract(account, JSON.parse(agreed), reason.trim(), key),
    onSuccess: async () => {
      await refreshAccount(client, account);
      await navigate(`/accounts/${encodeURIComponent(account)}/contract`, { state: { done: 'contract' } });
    },
  });
  const { editor, body, offer, form, asked, setAsked, now } = useDraft(
    props,
    agree.error,
    () => agree.error && agree.reset(),
  );
  const plans = usePlans(terms.catalogue).data?.plans ?? [];
  const words = useMistakeText();
  const wrong = checkText(reason, 500);
  const contract = useMemo(
    () => (body === null ? null : contractOf(editor.draft, usage.zone)),
    [body, editor.draft, usage.zone],
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    // Once the mistakes are shown, the first of them is where one goes on.
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
    if (body !== null && wrong === null && !agree.isPending) agree.mutate(body);
  };
  return (
    <form className="editor" noValidate onSubmit={submit} ref={form}>
      <div className="editor-parts">
        <ValidityPanel editor={editor} />
        <DiscountPanel editor={editor} catalogue={terms.catalogue} />
        <VolumePanel editor={editor} />
        <BundlesPanel editor={editor} />
        <OverridesPanel editor={editor} plans={plans} plan={terms.plan} />
        <FeaturesPanel editor={editor} features={terms.features} />
        <LimitsPanel editor={editor} />
      </div>
      <ResultPanel
        account={account}
        terms={terms}
        zone={usage.zone}
        now={now}
        contract={contract}
        offer={offer}
        reason={reason}
        reasonMistake={asked && wrong ? words(wrong) : undefined}
        onReason={setReason}
        failure={agree.error}
        pending={agree.isPending}
      />
      <p className="sr-only" aria-live="polite">
        {asked && body === null ? t('desk.contract.incomplete') : ''}
      </p>
    </form>
  );
}

export function EditContractPage() {
  const { t } = useTranslation();
  const { account = '' } = useParams();
  const may = useMay(account)('contract_write');
  const usage = useUsage(account);
  const terms = useTerms(account);
  return (
    <>
      <header className="page-head">
        <div>
          <BackLink to={`/accounts/${encodeURIComponent(account)}/contract`} title={t('contract.title')} />
          <h1>{t('desk.contract.title')}</h1>
          <p className="hint">{t('desk.contract.hint')}</p>
        </div>
      </header>
      {may ? (
        <QueryBody query={usage} height={420}>
          {(found) => (
            <QueryBody query={terms} height={420}>
              {(agreed) => <Form account={account} terms={agreed} usage={found} />}
            </QueryBody>
          )}
        </QueryBody>
      ) : (
        <Notice tone="stop" title={t('desk.contract.mayNot')} />
      )}
    </>
  );
}
