// Bundles: a fee, and what it includes.
import { Button, CloseButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { meterNames } from '../api/types.ts';
import { useNames } from '../ui/names.ts';
import { Panel } from '../ui/panel.tsx';
import { amountsOf, type BundleDraft, nextId } from './draft.ts';
import { DraftText, type Editor } from './draft_field.tsx';

const bundlesMost = 16;

function Bundle({ editor, bundle, place }: { editor: Editor; bundle: BundleDraft; place: number }) {
  const { t } = useTranslation();
  const names = useNames();
  const { draft, change, currency } = editor;
  const set = (part: Partial<BundleDraft>) =>
    change({ bundles: draft.bundles.map((each) => (each.id === bundle.id ? { ...each, ...part } : each)) });
  const pointer = `/bundles/${place}`;
  return (
    <li className="draft-row">
      <DraftText
        editor={editor}
        pointer={`${pointer}/name`}
        label={t('desk.contract.bundleName')}
        words
        value={bundle.name}
        onChange={(name) => set({ name })}
      />
      <DraftText
        editor={editor}
        pointer={`${pointer}/fee`}
        label={t('desk.contract.bundleFee')}
        unit={currency}
        value={bundle.fee}
        onChange={(fee) => set({ fee })}
      />
      {meterNames.map((meter) => (
        <DraftText
          key={meter}
          editor={editor}
          pointer={`${pointer}/${meter}`}
          label={t('desk.contract.bundleIncludes', { meter: names.meter(meter) })}
          unit={t(`desk.unit.${meter}`)}
          whole={meter !== 'storage_gb'}
          value={bundle.included[meter]}
          onChange={(amount) => set({ included: { ...bundle.included, [meter]: amount } })}
        />
      ))}
      <CloseButton
        aria-label={t('desk.contract.removeBundle', { number: place + 1 })}
        onClick={() => change({ bundles: draft.bundles.filter(({ id }) => id !== bundle.id) })}
      />
    </li>
  );
}

export function BundlesPanel({ editor }: { editor: Editor }) {
  const { t } = useTranslation();
  const { draft, change } = editor;
  return (
    <Panel title={t('desk.contract.bundles')} hint={t('desk.contract.bundlesHint')} className="stack">
      {draft.bundles.length === 0 ? null : (
        <ul className="draft-rows">
          {draft.bundles.map((bundle, place) => (
            <Bundle key={bundle.id} editor={editor} bundle={bundle} place={place} />
          ))}
        </ul>
      )}
      <Button
        variant="default"
        size="compact-sm"
        className="add-row"
        disabled={draft.bundles.length >= bundlesMost}
        onClick={() =>
          change({ bundles: [...draft.bundles, { id: nextId(), name: '', fee: '', included: amountsOf() }] })
        }
        data-testid="add-bundle"
      >
        {t('desk.contract.addBundle')}
      </Button>
    </Panel>
  );
}
