// Asking for help: what is wrong, how urgent it is, how to be reached.
import { Button, Group, Modal, Select, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useProjects } from '../api/queries.ts';
import { channels, type NewSupportRequest, openRequest, type SupportRequest, severities } from '../api/support.ts';
import { Failed } from '../ui/states.tsx';
import { useSupportNames } from './support_text.tsx';

interface Props {
  account: string;
  /** Ways to be reached that the plan has; null: not known, the server decides. */
  offered: readonly string[] | null;
  onClose(): void;
  onDone(request: SupportRequest): void;
}

export function OpenRequest({ account, offered, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const names = useSupportNames();
  const client = useQueryClient();
  const projects = useProjects(account).data ?? [];
  const ways = channels.filter((name) => offered === null || offered.includes(name));
  const [wanted, setWanted] = useState<NewSupportRequest>({
    subject: '',
    text: '',
    severity: 'normal',
    channel: ways[0] ?? 'email',
    project: null,
  });
  const change = (part: Partial<NewSupportRequest>) => setWanted((before) => ({ ...before, ...part }));
  const send = useMutation({
    mutationFn: () => openRequest(account, wanted),
    onSuccess: async (request) => {
      onDone(request);
      onClose();
      await client.invalidateQueries({ queryKey: ['account', account, 'support'] });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.mutate();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('support.ask')}
      centered
      size="lg"
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      <form className="form" onSubmit={submit}>
        <TextInput
          label={t('support.subject')}
          name="subject"
          required
          maxLength={200}
          data-autofocus
          value={wanted.subject}
          onChange={(event) => change({ subject: event.currentTarget.value })}
        />
        <Textarea
          label={t('support.text')}
          description={t('support.askHint')}
          name="text"
          required
          rows={6}
          maxLength={10_000}
          value={wanted.text}
          onChange={(event) => change({ text: event.currentTarget.value })}
        />
        <div className="form-row">
          <Select
            label={t('support.severity')}
            data={severities.map((value) => ({ value, label: names.severity(value) }))}
            value={wanted.severity}
            onChange={(value) => change({ severity: value ?? 'normal' })}
            allowDeselect={false}
          />
          <Select
            label={t('support.channel')}
            data={ways.map((value) => ({ value, label: names.channel(value) }))}
            value={wanted.channel}
            onChange={(value) => change({ channel: value ?? 'email' })}
            allowDeselect={false}
          />
          <Select
            label={t('support.project')}
            data={projects.map(({ id, name }) => ({ value: id, label: name }))}
            placeholder={t('support.noProject')}
            value={wanted.project}
            onChange={(value) => change({ project: value })}
            clearable
          />
        </div>
        {send.error ? <Failed error={send.error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('app.cancel')}
          </Button>
          <Button type="submit" loading={send.isPending} data-testid="send-request">
            {t('support.send')}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
