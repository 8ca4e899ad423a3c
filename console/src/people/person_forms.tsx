// Somebody new in the account, another role, and taking somebody out.
import { Radio, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addPerson, changeRole, removePerson } from '../api/calls_projects.ts';
import { ApiError } from '../api/errors.ts';
import type { AccountRole, Member } from '../api/types_projects.ts';
import { fieldOf } from '../form/pointer.ts';
import { useFieldErrors } from '../ui/field_error.ts';
import { emailComplaint, nameComplaint, passwordComplaint } from '../ui/field_rules.ts';
import { FormDialog } from '../ui/form_dialog.tsx';
import { Notice } from '../ui/notice.tsx';
import { useOnce } from '../ui/once.ts';
import { firstPassword } from './role_rules.ts';

interface RoleProps {
  roles: readonly AccountRole[];
  value: AccountRole;
  error: string | undefined;
  onChange(role: AccountRole): void;
}

function RoleChoice({ roles, value, error, onChange }: RoleProps) {
  const { t } = useTranslation();
  return (
    <Radio.Group
      label={t('people.role')}
      name="role"
      value={value}
      error={error}
      onChange={(role) => onChange(role as AccountRole)}
    >
      <Stack gap="xs" mt="xs">
        {roles.map((role) => (
          <Radio key={role} value={role} label={t(`role.${role}`)} description={t(`people.roleText.${role}`)} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

const draw = (count: number) => crypto.getRandomValues(new Uint8Array(count));

/** The server does not know the person: a first password is needed. */
const wantsPassword = (error: unknown) => fieldOf(error, ['password']) !== null;

interface Newcomer {
  name: string;
  password: string;
}

interface NewcomerProps {
  newcomer: Newcomer;
  said(field: keyof Newcomer): string | undefined;
  change(part: Partial<Newcomer>): void;
}

/** The server does not know the e-mail: the person gets a name and a first password here. */
function NewcomerFields({ newcomer, said, change }: NewcomerProps) {
  const { t } = useTranslation();
  return (
    <>
      <Notice tone="free" title={t('people.unknown')} testId="newcomer">
        {t('people.unknownText')}
      </Notice>
      <TextInput
        label={t('people.name')}
        name="name"
        autoComplete="off"
        maxLength={200}
        value={newcomer.name}
        error={said('name')}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t('people.password')}
        description={t('people.passwordHint')}
        name="password"
        autoComplete="off"
        spellCheck={false}
        value={newcomer.password}
        error={said('password')}
        onChange={(event) => change({ password: event.currentTarget.value })}
      />
    </>
  );
}

interface AddProps {
  account: string;
  roles: readonly AccountRole[];
  /** `password`: the first one of somebody new. */
  onAdded(member: Member, password: string | null): void;
  onClose(): void;
}

export function AddPerson({ account, roles, onAdded, onClose }: AddProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const once = useOnce();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<AccountRole>('developer');
  const [newcomer, setNewcomer] = useState<Newcomer | null>(null);
  const [tried, setTried] = useState(false);
  const add = useMutation({
    mutationFn: () => {
      const { name = null, password = null } = newcomer ?? {};
      return addPerson(account, { email, role, name, password }, once);
    },
    gcTime: 0,
    onSuccess: (member) => {
      onAdded(member, newcomer?.password ?? null);
      void client.invalidateQueries({ queryKey: ['account', account, 'people'] });
    },
    onError: (error) => {
      if (newcomer !== null || !wantsPassword(error)) return;
      setTried(false);
      setNewcomer({ name: '', password: firstPassword(draw) });
    },
  });
  const complaints = {
    email: emailComplaint(email),
    name: newcomer && nameComplaint(newcomer.name),
    password: newcomer && passwordComplaint(newcomer.password),
  };
  const asked = newcomer === null || !wantsPassword(add.error) || tried;
  const refused = useFieldErrors(asked ? add.error : null, ['email', 'role', 'name', 'password']);
  const said = (field: keyof typeof complaints) => {
    const complaint = tried ? complaints[field] : null;
    return complaint ? t(complaint.key, complaint.values) : refused.at(field);
  };
  const submit = () => {
    setTried(true);
    if (Object.values(complaints).every((complaint) => complaint === null)) add.mutate();
  };
  return (
    <FormDialog
      title={t('people.add')}
      submit={t('people.addSubmit')}
      pending={add.isPending}
      error={refused.rest}
      onSubmit={submit}
      onClose={onClose}
      testId="add-person-submit"
    >
      <TextInput
        label={t('people.email')}
        name="email"
        type="email"
        autoComplete="off"
        data-autofocus
        value={email}
        error={said('email')}
        onChange={(event) => {
          add.reset();
          // Another e-mail may belong to somebody the server knows.
          setNewcomer(null);
          setEmail(event.currentTarget.value.trim());
        }}
      />
      {newcomer ? (
        <NewcomerFields newcomer={newcomer} said={said} change={(part) => setNewcomer({ ...newcomer, ...part })} />
      ) : null}
      <RoleChoice roles={roles} value={role} error={refused.at('role')} onChange={setRole} />
    </FormDialog>
  );
}

interface MemberProps {
  account: string;
  member: Member;
  /** The person that is logged in. */
  self: boolean;
  onDone(member: Member | null): void;
  onClose(): void;
}

/** The only conflict of these two: an account keeps an owner. */
function Refusal({ error }: { error: unknown }) {
  const { t } = useTranslation();
  if (!(error instanceof ApiError) || error.kind !== 'conflict') return null;
  return (
    <Notice tone="stop" title={t('people.lastOwner')} urgent testId="last-owner">
      {t('people.lastOwnerText')}
    </Notice>
  );
}

const other = (error: unknown) => (error instanceof ApiError && error.kind === 'conflict' ? null : error);

export function ChangeRole({ account, member, self, roles, ...rest }: MemberProps & { roles: readonly AccountRole[] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [role, setRole] = useState(member.role as AccountRole);
  const change = useMutation({
    mutationFn: () => changeRole(account, member.id, role),
    onSuccess: async (changed) => {
      rest.onDone(changed);
      await client.invalidateQueries({ queryKey: ['account', account, 'people'] });
    },
  });
  return (
    <FormDialog
      title={t('people.changeTitle', { name: member.name })}
      submit={t('people.change')}
      disabled={role === member.role}
      pending={change.isPending}
      error={other(change.error)}
      onSubmit={() => change.mutate()}
      onClose={rest.onClose}
      testId="change-role-submit"
    >
      {self ? (
        <Notice tone="near" title={t('people.self')}>
          {t('people.selfChange')}
        </Notice>
      ) : null}
      <RoleChoice
        roles={roles}
        value={role}
        error={undefined}
        onChange={(value) => {
          change.reset();
          setRole(value);
        }}
      />
      <Refusal error={change.error} />
    </FormDialog>
  );
}

export function RemovePerson({ account, member, self, onDone, onClose }: MemberProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => removePerson(account, member.id),
    onSuccess: async () => {
      onDone(null);
      await client.invalidateQueries({ queryKey: ['account', account, 'people'] });
    },
  });
  return (
    <FormDialog
      title={t('people.removeTitle', { name: member.name })}
      submit={t('people.remove')}
      danger
      pending={remove.isPending}
      error={other(remove.error)}
      onSubmit={() => remove.mutate()}
      onClose={onClose}
      testId="remove-person-submit"
    >
      <p>{t(self ? 'people.removeSelf' : 'people.removeText', { email: member.email })}</p>
      <Refusal error={remove.error} />
    </FormDialog>
  );
}
