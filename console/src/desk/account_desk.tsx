// What an operator may do with accounts: which form is open, and what was done last.
import { ActionIcon, Menu } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../api/types.ts';
import { type Done, DoneNotice } from '../form/done_notice.tsx';
import { useMay } from '../session/may.ts';
import { MoreIcon } from '../ui/icons.tsx';
import { OpenAccountForm, SuspendForm } from './account_forms.tsx';
import { KeepForm, MoveForm } from './move_form.tsx';

export type AccountAct = { kind: 'open' } | { kind: 'suspend' | 'move' | 'keep'; account: Account };

export interface AccountDesk {
  mayOpen: boolean;
  maySuspend: boolean;
  mayMove: boolean;
  open(act: AccountAct): void;
}

/** The desk over all accounts. */
export function useAccountDesk() {
  const may = useMay();
  const [act, setAct] = useState<AccountAct | null>(null);
  const [done, setDone] = useState<Done | null>(null);
  const desk: AccountDesk = {
    mayOpen: may('account_create'),
    maySuspend: may('account_suspend'),
    mayMove: may('catalogue_write'),
    open: (next) => {
      setDone(null);
      setAct(next);
    },
  };
  const props = { onClose: () => setAct(null), onDone: setDone };
  const dialogs = (
    <>
      {act?.kind === 'open' ? <OpenAccountForm {...props} /> : null}
      {act?.kind === 'suspend' ? <SuspendForm {...props} account={act.account} /> : null}
      {act?.kind === 'move' ? <MoveForm {...props} account={act.account} /> : null}
      {act?.kind === 'keep' ? <KeepForm {...props} account={act.account} /> : null}
      <DoneNotice done={done} onClose={() => setDone(null)} />
    </>
  );
  return { desk, dialogs };
}

/** The menu of one account's row; nothing for who may do nothing. */
export function AccountMenu({ account, desk }: { account: Account; desk: AccountDesk }) {
  const { t } = useTranslation();
  if (!desk.maySuspend && !desk.mayMove) return null;
  const byOperator = account.suspendedFor === 'operator';
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t('desk.actionsOf', { name: account.name })}
          data-testid={`act-${account.id}`}
        >
          <MoreIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {desk.maySuspend ? (
          <Menu.Item onClick={() => desk.open({ kind: 'suspend', account })} data-testid="open-suspend">
            {t(byOperator ? 'desk.restore.button' : 'desk.suspend.button')}
          </Menu.Item>
        ) : null}
        {desk.mayMove ? (
          <Menu.Item onClick={() => desk.open({ kind: 'move', account })} data-testid="open-move">
            {t(account.nextCatalogue ? 'desk.move.again' : 'desk.move.button')}
          </Menu.Item>
        ) : null}
        {desk.mayMove && account.nextCatalogue ? (
          <Menu.Item onClick={() => desk.open({ kind: 'keep', account })} data-testid="open-keep">
            {t('desk.keep.button')}
          </Menu.Item>
        ) : null}
      </Menu.Dropdown>
    </Menu>
  );
}
