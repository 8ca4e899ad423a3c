// A new API key: what it is called, and what it may do.
import { Radio, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { makeKey } from '../api/calls_projects.ts';
import type { MadeKey } from '../api/types_projects.ts';
import { useFieldErrors } from '../ui/field_error.ts';
import { nameComplaint } from '../ui/field_rules.ts';
import { FormDialog } from '../ui/form_dialog.tsx';
import { useOnce } from '../ui/once.ts';
import { type KeyRole, keyRoles } from './key_list.ts';

interface Props {
  account: string;
  onMade(made: MadeKey): void;
  onClose(): void;
}

export function MakeKey({ account, onMade, onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const once = useOnce();
  const [name, setName] = useState('');
  const [role, setRole] = useState<KeyRole>('developer');
  const [tried, setTried] = useState(false);
  const make = useMutation({
    mutationFn: () => makeKey(account, name, role, once),
    gcTime: 0,
    onSuccess: (made) => {
      onMade(made);
      void client.invalidateQueries({ queryKey: ['account', account, 'keys'] });
    },
  });
  const complaint = nameComplaint(name);
  const refused = useFieldErrors(make.error, ['name', 'role']);
  const submit = () => {
    setTried(true);
    if (complaint === null) make.mutate();
  };
  return (
    <FormDialog
      title={t('keys.make')}
      submit={t('keys.makeSubmit')}
      pending={make.isPending}
      error={refused.rest}
      onSubmit={submit}
      onClose={onClose}
      testId="make-key-submit"
    >
      <TextInput
        label={t('keys.name')}
        description={t('keys.nameHint')}
        name="name"
        data-autofocus
        maxLength={200}
        value={name}
        error={tried && complaint ? t(complaint.key, complaint.values) : refused.at('name')}
        onChange={(event) => {
          make.reset();
          setName(event.currentTarget.value);
        }}
      />
      <Radio.Group
        label={t('keys.role')}
        name="role"
        value={role}
        onChange={(value) => setRole(value as KeyRole)}
        error={refused.at('role')}
      >
        <Stack gap="xs" mt="xs">
          {keyRoles.map((value) => (
            <Radio key={value} value={value} label={t(`role.${value}`)} description={t(`keys.roleText.${value}`)} />
          ))}
        </Stack>
      </Radio.Group>
    </FormDialog>
  );
}
