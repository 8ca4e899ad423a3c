// What the contract says of the price as a whole: when it holds, the discount, the minimum, the volume discount.
import { Button, CloseButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useCatalogueRules } from '../api/queries_desk.ts';
import { Panel } from '../ui/panel.tsx';
import { billFalls, nextId, type TierDraft } from './draft.ts';
import { DraftCheck, DraftChoice, DraftText, type Editor } from './draft_field.tsx';

export function ValidityPanel({ editor }: { editor: Editor }) {
  const { t } = useTranslation();
  const { draft, change, zone } = editor;
  return (
    <Panel title={t('contract.validity')} hint={t('desk.inZone', { zone })}>
      <div className="form-row">
        <DraftText
          editor={editor}
          pointer="/from"
          type="datetime-local"
          label={t('desk.contract.from')}
          hint={t('desk.contract.fromHint')}
          value={draft.from}
          onChange={(from) => change({ from })}
        />
        <DraftText
          editor={editor}
          pointer="/until"
          type="datetime-local"
          label={t('desk.contract.until')}
          hint={t('desk.contract.untilHint')}
          value={draft.until}
          onChange={(until) => change({ until })}
        />
      </div>
    </Panel>
  );
}

const minimums = ['plan', 'none', 'own'] as const;

export function DiscountPanel({ editor, catalogue }: { editor: Editor; catalogue: string }) {
  const { t } = useTranslation();
  const rules = useCatalogueRules(catalogue).data;
  const { draft, change, currency } = editor;
  const order = rules?.minimumBeforeDiscount ? 'desk.contract.minimumBefore' : 'desk.contract.minimumAfter';
  return (
    <Panel title={t('desk.contract.discounts')} hint={rules ? t(order, { catalogue }) : null}>
      <div className="form-row">
        <DraftText
          editor={editor}
          pointer="/discount_percent"
          label={t('desk.contract.percent')}
          hint={t('desk.contract.percentHint')}
          unit="%"
          value={draft.discountPercent}
          onChange={(discountPercent) => change({ discountPercent })}
        />
        <DraftChoice
          editor={editor}
          pointer="/minimum"
          label={t('desk.contract.minimum')}
          hint={t('desk.contract.minimumHint')}
          choices={minimums.map((value) => ({ value, label: t(`desk.contract.minimums.${value}`) }))}
          value={draft.minimum}
          onChange={(minimum) => change({ minimum: minimum as (typeof minimums)[number] })}
        />
        {draft.minimum === 'own' ? (
          <DraftText
            editor={editor}
            pointer="/minimum_spend"
            label={t('desk.contract.minimumAmount')}
            hint={t('desk.contract.beforeTax')}
            unit={currency}
            value={draft.minimumSpend}
            onChange={(minimumSpend) => change({ minimumSpend })}
          />
        ) : null}
      </div>
    </Panel>
  );
}

interface TierProps {
  editor: Editor;
  tier: TierDraft;
  place: number;
}

function Tier({ editor, tier, place }: TierProps) {
  const { t } = useTranslation();
  const { draft, change, currency } = editor;
  const set = (part: Partial<TierDraft>) =>
    change({ tiers: draft.tiers.map((each) => (each.id === tier.id ? { ...each, ...part } : each)) });
  return (
    <li className="draft-row">
      <DraftText
        editor={editor}
        pointer={`/volume_discount/tiers/${place}/from`}
        label={t('desk.contract.tierFrom')}
        unit={currency}
        value={tier.from}
        onChange={(from) => set({ from })}
      />
      <DraftText
        editor={editor}
        pointer={`/volume_discount/tiers/${place}/percent`}
        label={t('desk.contract.tierPercent')}
        unit="%"
        value={tier.percent}
        onChange={(percent) => set({ percent })}
      />
      <CloseButton
        aria-label={t('desk.contract.removeTier', { number: place + 1 })}
        onClick={() => change({ tiers: draft.tiers.filter(({ id }) => id !== tier.id) })}
      />
    </li>
  );
}

const volumes = ['none', 'graduated', 'whole'] as const;
const tiersMost = 32;

export function VolumePanel({ editor }: { editor: Editor }) {
  const { t } = useTranslation();
  const { draft, change } = editor;
  const choose = (volume: (typeof volumes)[number]) => {
    const first = draft.tiers.length === 0 && volume !== 'none';
    change({ volume, ...(first ? { tiers: [{ id: nextId(), from: '0', percent: '0' }] } : {}) });
  };
  const missing = editor.mistake('/volume_discount/tiers');
  return (
    <Panel title={t('desk.contract.volume')} hint={t('desk.contract.volumeHint')} className="stack">
      <DraftChoice
        editor={editor}
        pointer="/volume_discount/applies"
        label={t('desk.contract.volumeKind')}
        hint={draft.volume === 'none' ? undefined : t(`desk.contract.volumeSays.${draft.volume}`)}
        choices={volumes.map((value) => ({ value, label: t(`desk.contract.volumes.${value}`) }))}
        value={draft.volume}
        onChange={(value) => choose(value as (typeof volumes)[number])}
      />
      {billFalls(draft) ? (
        <DraftCheck
          name="acknowledge"
          label={t('desk.contract.acknowledge')}
          hint={t('desk.contract.acknowledgeHint')}
          checked={draft.acknowledged}
          onChange={(acknowledged) => change({ acknowledged })}
        />
      ) : null}
      {draft.volume === 'none' ? null : (
        <>
          <ul className="draft-rows">
            {draft.tiers.map((tier, place) => (
              <Tier key={tier.id} editor={editor} tier={tier} place={place} />
            ))}
          </ul>
          {missing ? <p className="mistake">{missing}</p> : null}
          <Button
            variant="default"
            size="compact-sm"
            className="add-row"
            disabled={draft.tiers.length >= tiersMost}
            onClick={() => change({ tiers: [...draft.tiers, { id: nextId(), from: '', percent: '' }] })}
            data-testid="add-tier"
          >
            {t('desk.contract.addTier')}
          </Button>
        </>
      )}
    </Panel>
  );
}
