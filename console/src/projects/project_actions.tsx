// What can be done with a whole project: another name, off and on, how clients log in, and its end.
import { Button, Menu, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { changeProject, endProject } from '../api/calls_projects.ts';
import { refreshAccount } from '../api/queries.ts';
import type { ProjectChange, ProjectDetail } from '../api/types_projects.ts';
import { useFieldErrors } from '../ui/field_error.ts';
import { nameComplaint } from '../ui/field_rules.ts';
import { FormDialog } from '../ui/form_dialog.tsx';
import { Notice } from '../ui/notice.tsx';

interface DialogProps {
  account: string;
  project: ProjectDetail;
  onClose(): void;
}

/** Sends a change and shows the project as it is then. */
export function useChange(account: string, project: ProjectDetail, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: ProjectChange) => changeProject(project.id, change),
    onSuccess: async (changed) => {
      client.setQueryData(['account', account, 'projects', project.id], changed);
      onDone();
      await refreshAccount(client, account);
    },
  });
}

function Rename({ account, project, onClose }: DialogProps) {
  const { t } = useTranslation();
  const [name, setName] = useState(project.name);
  const [tried, setTried] = useState(false);
  const change = useChange(account, project, onClose);
  const complaint = tried ? nameComplaint(name) : null;
  const refused = useFieldErrors(change.error, ['name']);
  const submit = () => {
    setTried(true);
    if (nameComplaint(name) === null) change.mutate({ name });
  };
  return (
    <FormDialog
      title={t('project.rename')}
      submit={t('project.renameSubmit')}
      pending={change.isPending}
      error={refused.rest}
      onSubmit={submit}
      onClose={onClose}
      testId="rename-submit"
    >
      <TextInput
        label={t('project.name')}
        name="name"
        data-autofocus
        maxLength={200}
        value={name}
        error={complaint ? t(complaint.key, complaint.values) : refused.at('name')}
        onChange={(event) => {
          change.reset();
          setName(event.currentTarget.value);
        }}
      />
    </FormDialog>
  );
}

function Switch({ account, project, onClose }: DialogProps) {
  const { t } = useTranslation();
  const change = useChange(account, project, onClose);
  const on = project.disabled;
  return (
    <FormDialog
      title={t(on ? 'project.switchOnTitle' : 'project.switchOffTitle', { name: project.name })}
      submit={t(on ? 'project.switchOn' : 'project.switchOff')}
      danger={!on}
      pending={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate({ disabled: !on })}
      onClose={onClose}
      testId="switch-submit"
    >
      <p>{t(on ? 'project.switchOnText' : 'project.switchOffText')}</p>
    </FormDialog>
  );
}

function LogInMode({ account, project, onClose }: DialogProps) {
  const { t } = useTranslation();
  const change = useChange(account, project, onClose);
  const on = project.appIdOnly;
  const bare = project.certificates.length === 0;
  return (
    <FormDialog
      title={t(on ? 'project.modeOffTitle' : 'project.modeOnTitle')}
      submit={t(on ? 'project.modeOff' : 'project.modeOn')}
      danger={!on}
      pending={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate({ appIdOnly: !on })}
      onClose={onClose}
      testId="mode-submit"
    >
      {on ? (
        <p>{t(bare ? 'project.modeOffBareText' : 'project.modeOffText')}</p>
      ) : (
        <Notice tone="near" title={t('project.appIdOnlyWarning')}>
          {t('project.appIdOnlyWarningText')}
        </Notice>
      )}
    </FormDialog>
  );
}

function End({ account, project, onClose }: DialogProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const end = useMutation({
    mutationFn: () => endProject(project.id),
    onSuccess: async () => {
      // Its page must not be asked for again: there is no such project now.
      client.removeQueries({ queryKey: ['account', account, 'projects', project.id] });
      navigate(`/accounts/${encodeURIComponent(account)}/projects`);
      await refreshAccount(client, account);
    },
  });
  return (
    <FormDialog
      title={t('project.endTitle', { name: project.name })}
      submit={t('project.end')}
      danger
      disabled={typed !== project.name}
      pending={end.isPending}
      error={end.error}
      onSubmit={() => end.mutate()}
      onClose={onClose}
      testId="end-submit"
    >
      <p>{t('project.endText')}</p>
      <Notice tone="near" title={t('project.endBilled')}>
        {t('project.endBilledText')}
      </Notice>
      <TextInput
        label={t('project.endType', { name: project.name })}
        name="confirm"
        autoComplete="off"
        data-autofocus
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
    </FormDialog>
  );
}

const dialogs = { rename: Rename, switch: Switch, mode: LogInMode, end: End };

export function ProjectActions({ account, project }: { account: string; project: ProjectDetail }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<keyof typeof dialogs | null>(null);
  const Dialog = open === null ? null : dialogs[open];
  return (
    <div className="panel-action">
      <Button variant="default" onClick={() => setOpen('rename')} data-testid="rename">
        {t('project.rename')}
      </Button>
      <Button variant="default" onClick={() => setOpen('switch')} data-testid="switch">
        {t(project.disabled ? 'project.switchOn' : 'project.switchOff')}
      </Button>
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <Button variant="default" data-testid="more">
            {t('project.more')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setOpen('mode')} data-testid="mode">
            {t(project.appIdOnly ? 'project.modeOff' : 'project.modeOn')}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red.8" onClick={() => setOpen('end')} data-testid="end">
            {t('project.end')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {Dialog ? <Dialog account={account} project={project} onClose={() => setOpen(null)} /> : null}
    </div>
  );
}
