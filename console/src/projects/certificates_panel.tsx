// The two certificates of a project. Two, so that one can be replaced while clients still use the other.
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { emptyCertificate, enableCertificate, rotateCertificate } from '../api/calls_projects.ts';
import { refreshAccount } from '../api/queries.ts';
import { type Certificate, type ProjectDetail, type Slot, slots } from '../api/types_projects.ts';
import { useMay } from '../session/may.ts';
import { FormDialog } from '../ui/form_dialog.tsx';
import { Panel } from '../ui/panel.tsx';
import { SecretOnce } from '../ui/secret_once.tsx';
import { Failed } from '../ui/states.tsx';
import { formatInstant } from '../ui/time.ts';

type Act = 'rotate' | 'disable' | 'empty';

interface AskProps {
  account: string;
  project: ProjectDetail;
  slot: Slot;
  act: Act;
  onSecret(slot: Slot, secret: string): void;
  onClose(): void;
}

/** Before tokens stop being good: what will happen. A certificate for an empty slot harms nobody and is made at once. */
function Ask({ account, project, slot, act, onSecret, onClose }: AskProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const name = t(`certificates.slot.${slot}`);
  const does: Record<Act, () => Promise<string | null>> = {
    rotate: () => rotateCertificate(project.id, slot),
    disable: () => enableCertificate(project.id, slot, false).then(() => null),
    empty: () => emptyCertificate(project.id, slot).then(() => null),
  };
  const change = useMutation({
    mutationFn: () => does[act](),
    gcTime: 0,
    onSuccess: (secret) => {
      onClose();
      if (secret !== null) onSecret(slot, secret);
      void refreshAccount(client, account);
    },
  });
  const last = !project.appIdOnly && !project.certificates.some((each) => each.slot !== slot && each.enabled);
  return (
    <FormDialog
      title={t(`certificates.ask.${act}`, { slot: name })}
      submit={t(`certificates.${act}`)}
      danger
      pending={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate()}
      onClose={onClose}
      testId="certificate-submit"
    >
      <p>{t(`certificates.askText.${act}`)}</p>
      {last && act !== 'rotate' ? <p>{t('certificates.lastOne')}</p> : null}
      {last && act === 'rotate' ? <p>{t('certificates.rotateLast')}</p> : null}
    </FormDialog>
  );
}

interface SlotProps {
  project: ProjectDetail;
  slot: Slot;
  zone: string;
  mayWrite: boolean;
  busy: boolean;
  onAsk(act: Act): void;
  onMake(): void;
  onEnable(): void;
}

function SlotActions({ project, slot, certificate, ...rest }: SlotProps & { certificate: Certificate | undefined }) {
  const { t } = useTranslation();
  const { busy, onAsk, onMake, onEnable } = rest;
  const button = (act: string, onClick: () => void) => (
    <Button size="compact-sm" variant="default" onClick={onClick} disabled={busy} data-testid={`${slot}-${act}`}>
      {t(`certificates.${act}`)}
    </Button>
  );
  if (!certificate) return button('make', onMake);
  // The server keeps the only certificate of a project that has no other way in.
  const mayEmpty = project.appIdOnly || project.certificates.length > 1;
  return (
    <>
      {button('rotate', () => onAsk('rotate'))}
      {certificate.enabled ? button('disable', () => onAsk('disable')) : button('enable', onEnable)}
      {mayEmpty ? button('empty', () => onAsk('empty')) : null}
    </>
  );
}

function SlotRow(props: SlotProps) {
  const { t, i18n } = useTranslation();
  const { project, slot, zone, mayWrite } = props;
  const certificate = project.certificates.find((each) => each.slot === slot);
  const state = certificate ? (certificate.enabled ? 'enabled' : 'disabled') : 'none';
  const tone = { enabled: 'tone-ok', disabled: 'tone-stop', none: '' }[state];
  return (
    <li data-testid={`slot-${slot}`} data-state={state}>
      <div className="slot-head">
        <strong>{t(`certificates.slot.${slot}`)}</strong>
        <span className={`badge ${tone}`}>{t(`certificates.state.${state}`)}</span>
      </div>
      <p className="hint">
        {certificate
          ? t('certificates.since', { at: formatInstant(certificate.createdAt, zone, i18n.language) })
          : t('certificates.noneHint')}
      </p>
      {mayWrite ? (
        <div className="panel-action">
          <SlotActions {...props} certificate={certificate} />
        </div>
      ) : null}
    </li>
  );
}

interface Props {
  account: string;
  project: ProjectDetail;
  zone: string;
}

export function CertificatesPanel({ account, project, zone }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const mayWrite = useMay(account)('certificate_write');
  const [asked, setAsked] = useState<{ slot: Slot; act: Act } | null>(null);
  const [shown, setShown] = useState<{ slot: Slot; secret: string } | null>(null);
  const show = (slot: Slot, secret: string) => setShown({ slot, secret });
  const change = useMutation({
    mutationFn: async ({ slot, make }: { slot: Slot; make: boolean }) => {
      if (make) show(slot, await rotateCertificate(project.id, slot));
      else await enableCertificate(project.id, slot, true);
    },
    onSuccess: () => refreshAccount(client, account),
  });
  return (
    <Panel title={t('certificates.title')} hint={t('certificates.hint')} className="stack">
      <ul className="slots">
        {slots.map((slot) => (
          <SlotRow
            key={slot}
            project={project}
            slot={slot}
            zone={zone}
            mayWrite={mayWrite}
            busy={change.isPending}
            onAsk={(act) => setAsked({ slot, act })}
            onMake={() => change.mutate({ slot, make: true })}
            onEnable={() => change.mutate({ slot, make: false })}
          />
        ))}
      </ul>
      {change.error ? <Failed error={change.error} /> : null}
      <p className="hint">{t('certificates.rollover')}</p>
      {asked ? (
        <Ask account={account} project={project} {...asked} onSecret={show} onClose={() => setAsked(null)} />
      ) : null}
      {shown ? (
        <SecretOnce
          title={t('certificates.made', { slot: t(`certificates.slot.${shown.slot}`) })}
          label={t('certificates.one')}
          secret={shown.secret}
          onClose={() => setShown(null)}
        />
      ) : null}
    </Panel>
  );
}
