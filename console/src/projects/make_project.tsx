// A new project: its name, how its clients log in, and, for those who move here, the App ID they have.
import { Checkbox, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { makeProject } from '../api/calls_projects.ts';
import { refreshAccount } from '../api/queries.ts';
import type { MadeProject } from '../api/types_projects.ts';
import { useFieldErrors } from '../ui/field_error.ts';
import { type Complaint, hexComplaint, nameComplaint } from '../ui/field_rules.ts';
import { FormDialog } from '../ui/form_dialog.tsx';
import { Notice } from '../ui/notice.tsx';
import { useOnce } from '../ui/once.ts';

interface Fields {
  name: string;
  appIdOnly: boolean;
  withCertificate: boolean;
  /** The App ID and the certificate come from elsewhere. */
  brought: boolean;
  appId: string;
  certificate: string;
}

const empty: Fields = {
  name: '',
  appIdOnly: false,
  withCertificate: true,
  brought: false,
  appId: '',
  certificate: '',
};

/** What is wrong with each field, before anything is sent. */
export function complaintsOf(fields: Fields): Partial<Record<'name' | 'app_id' | 'certificate', Complaint>> {
  const { name, brought, appId, certificate, withCertificate } = fields;
  const found = {
    name: nameComplaint(name),
    app_id: brought ? hexComplaint(appId) : null,
    certificate: brought && withCertificate ? hexComplaint(certificate) : null,
  };
  return Object.fromEntries(Object.entries(found).filter(([, complaint]) => complaint !== null));
}

interface PartProps {
  fields: Fields;
  said(field: 'name' | 'app_id' | 'certificate'): string | undefined;
  change(part: Partial<Fields>): void;
}

/** How clients log in. Without a certificate the App ID must do. */
function LogInFields({ fields, change }: PartProps) {
  const { t } = useTranslation();
  return (
    <>
      <Checkbox
        name="app_id_only"
        label={t('project.appIdOnly')}
        description={t('project.appIdOnlyHint')}
        checked={fields.appIdOnly}
        onChange={(event) => {
          const appIdOnly = event.currentTarget.checked;
          change(appIdOnly ? { appIdOnly } : { appIdOnly, withCertificate: true });
        }}
      />
      {fields.appIdOnly ? (
        <>
          <Notice tone="near" title={t('project.appIdOnlyWarning')}>
            {t('project.appIdOnlyWarningText')}
          </Notice>
          <Checkbox
            name="with_certificate"
            label={t('project.withCertificate')}
            checked={fields.withCertificate}
            onChange={(event) => change({ withCertificate: event.currentTarget.checked })}
          />
        </>
      ) : null}
    </>
  );
}

function BroughtFields({ fields, said, change }: PartProps) {
  const { t } = useTranslation();
  return (
    <>
      <Checkbox
        name="brought"
        label={t('project.brought')}
        description={t('project.broughtHint')}
        checked={fields.brought}
        onChange={(event) => change({ brought: event.currentTarget.checked })}
      />
      {fields.brought ? (
        <TextInput
          label="App ID"
          name="app_id"
          autoComplete="off"
          spellCheck={false}
          value={fields.appId}
          error={said('app_id')}
          onChange={(event) => change({ appId: event.currentTarget.value.trim() })}
        />
      ) : null}
      {fields.brought && fields.withCertificate ? (
        <TextInput
          label={t('certificates.one')}
          name="certificate"
          autoComplete="off"
          spellCheck={false}
          value={fields.certificate}
          error={said('certificate')}
          onChange={(event) => change({ certificate: event.currentTarget.value.trim() })}
        />
      ) : null}
    </>
  );
}

interface Props {
  account: string;
  onMade(made: MadeProject): void;
  onClose(): void;
}

export function MakeProject({ account, onMade, onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const once = useOnce();
  const [fields, setFields] = useState(empty);
  const [tried, setTried] = useState(false);
  const make = useMutation({
    mutationFn: () => {
      const { name, appIdOnly, withCertificate, brought, appId, certificate } = fields;
      const own = { appId: brought ? appId : null, certificate: brought && withCertificate ? certificate : null };
      return makeProject(account, { name, appIdOnly, withCertificate, ...own }, once);
    },
    gcTime: 0,
    onSuccess: (made) => {
      onMade(made);
      void refreshAccount(client, account);
    },
  });
  const complaints = complaintsOf(fields);
  const refused = useFieldErrors(make.error, ['name', 'app_id', 'certificate']);
  const said = (field: 'name' | 'app_id' | 'certificate') => {
    const complaint = tried ? complaints[field] : undefined;
    return complaint ? t(complaint.key, complaint.values) : refused.at(field);
  };
  const change = (part: Partial<Fields>) => {
    make.reset();
    setFields((before) => ({ ...before, ...part }));
  };
  const submit = () => {
    setTried(true);
    if (Object.keys(complaints).length === 0) make.mutate();
  };
  const parts = { fields, said, change };
  return (
    <FormDialog
      title={t('project.make')}
      submit={t('project.makeSubmit')}
      pending={make.isPending}
      error={refused.rest}
      onSubmit={submit}
      onClose={onClose}
      testId="make-project-submit"
    >
      <TextInput
        label={t('project.name')}
        description={t('project.nameHint')}
        name="name"
        data-autofocus
        maxLength={200}
        value={fields.name}
        error={said('name')}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <LogInFields {...parts} />
      <BroughtFields {...parts} />
    </FormDialog>
  );
}
