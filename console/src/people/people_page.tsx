// Who may work in the account, and as what.
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { usePeople } from '../api/queries_projects.ts';
import type { Member } from '../api/types_projects.ts';
import { useMay, useRole } from '../session/may.ts';
import { changeOwnRole, useSession } from '../session/store.ts';
import { TableHead } from '../ui/figures.tsx';
import { PlusIcon } from '../ui/icons.tsx';
import { Panel } from '../ui/panel.tsx';
import { QueryBody } from '../ui/query_body.tsx';
import { SecretOnce } from '../ui/secret_once.tsx';
import { Empty } from '../ui/states.tsx';
import { AddPerson, ChangeRole, RemovePerson } from './person_forms.tsx';
import { mayTouch, rolesToGive } from './role_rules.ts';

type Act = 'change' | 'remove';

interface RowProps {
  member: Member;
  self: boolean;
  /** Actions have a column of their own. */
  mayWrite: boolean;
  may: boolean;
  onAct(act: Act): void;
}

function PersonRow({ member, self, mayWrite, may, onAct }: RowProps) {
  const { t } = useTranslation();
  return (
    <tr data-testid={`person-${member.id}`}>
      <th scope="row">
        <span className="wrap">{member.name}</span>
        {self ? <span className="badge tone-free you">{t('people.you')}</span> : null}
        <span className="why">{member.email}</span>
      </th>
      <td data-label={t('people.role')} className="whole-row">
        <span data-testid="role">{t(`role.${member.role}`, { defaultValue: member.role })}</span>
        <span className="why">{t(`people.roleText.${member.role}`, { defaultValue: '' })}</span>
      </td>
      {mayWrite ? (
        <td className="row-actions">
          {may ? (
            <>
              <Button size="compact-sm" variant="default" onClick={() => onAct('change')} data-testid="change-role">
                {t('people.changeButton')}
              </Button>
              <Button size="compact-sm" variant="default" onClick={() => onAct('remove')} data-testid="remove-person">
                {t('people.remove')}
              </Button>
            </>
          ) : null}
        </td>
      ) : null}
    </tr>
  );
}

/** What the person who is logged in may do here, and what becomes of the session when it changes its own role. */
function useOwn(account: string) {
  const { person } = useSession();
  const navigate = useNavigate();
  const role = useRole(account);
  return {
    role,
    isSelf: ({ id }: Member) => person.realm === 'customer' && person.id === id,
    changed: (member: Member | null) => {
      changeOwnRole(account, member?.role ?? null);
      if (member === null) navigate('/');
    },
  };
}

export function PeoplePage() {
  const { t } = useTranslation();
  const { account = '' } = useParams();
  const mayWrite = useMay(account)('member_write');
  const own = useOwn(account);
  const roles = rolesToGive(own.role);
  const people = usePeople(account);
  const [adding, setAdding] = useState(false);
  const [acting, setActing] = useState<{ member: Member; act: Act } | null>(null);
  const [welcome, setWelcome] = useState<{ member: Member; password: string } | null>(null);
  const columns = ['person', 'role', ...(mayWrite ? ['actions'] : [])];
  const onAdded = (member: Member, password: string | null) => {
    setAdding(false);
    if (password !== null) setWelcome({ member, password });
  };
  const onDone = (member: Member | null) => {
    const self = acting !== null && own.isSelf(acting.member);
    setActing(null);
    if (self) own.changed(member);
  };
  const close = () => setActing(null);
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t('people.title')}</h1>
          <p className="hint">{t(mayWrite ? 'people.hint' : 'people.mayNot')}</p>
        </div>
        {mayWrite ? (
          <Button leftSection={<PlusIcon size={16} />} onClick={() => setAdding(true)} data-testid="add-person">
            {t('people.add')}
          </Button>
        ) : null}
      </header>
      <Panel title={t('people.all')} hint={t('people.allHint')}>
        <QueryBody query={people} height={240}>
          {(found) =>
            found.length === 0 ? (
              <Empty title={t('people.empty')}>{t('people.emptyHint')}</Empty>
            ) : (
              <table className="table rows" data-testid="people">
                <TableHead
                  columns={columns.map((key) => ({ key, label: t(`people.${key}`), number: key === 'actions' }))}
                />
                <tbody>
                  {found.map((member) => (
                    <PersonRow
                      key={member.id}
                      member={member}
                      self={own.isSelf(member)}
                      mayWrite={mayWrite}
                      may={mayTouch(own.role, member.role)}
                      onAct={(act) => setActing({ member, act })}
                    />
                  ))}
                </tbody>
              </table>
            )
          }
        </QueryBody>
      </Panel>
      {adding ? <AddPerson account={account} roles={roles} onAdded={onAdded} onClose={() => setAdding(false)} /> : null}
      {acting?.act === 'change' ? (
        <ChangeRole
          account={account}
          roles={roles}
          member={acting.member}
          self={own.isSelf(acting.member)}
          onDone={onDone}
          onClose={close}
        />
      ) : null}
      {acting?.act === 'remove' ? (
        <RemovePerson
          account={account}
          member={acting.member}
          self={own.isSelf(acting.member)}
          onDone={onDone}
          onClose={close}
        />
      ) : null}
      {welcome ? (
        <SecretOnce
          title={t('people.welcome', { name: welcome.member.name })}
          label={t('people.password')}
          secret={welcome.password}
          text={t('people.welcomeText')}
          onClose={() => setWelcome(null)}
        >
          <div>
            <dt>{t('people.email')}</dt>
            <dd>{welcome.member.email}</dd>
          </div>
        </SecretOnce>
      ) : null}
    </>
  );
}
