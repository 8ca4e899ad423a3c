// One question in a dialog: what is asked, why it was refused, and two ways out.
import { Button, Group, Modal, type ModalProps } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Failed } from './states.tsx';

interface Props {
  title: string;
  /** What the button that does it says. */
  submit: string;
  /** Something ends for good. */
  danger?: boolean;
  disabled?: boolean;
  pending: boolean;
  /** A refusal that no field shows. */
  error: unknown;
  size?: ModalProps['size'];
  testId?: string;
  onSubmit(): void;
  onClose(): void;
  children: ReactNode;
}

export function FormDialog({ title, submit, danger, disabled, pending, error, size, testId, ...rest }: Props) {
  const { t } = useTranslation();
  const { onSubmit, onClose, children } = rest;
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!disabled && !pending) onSubmit();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      centered
      size={size ?? 'md'}
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      <form className="form" onSubmit={send} noValidate>
        {children}
        {error ? <Failed error={error} /> : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('app.cancel')}
          </Button>
          <Button
            type="submit"
            disabled={disabled ?? false}
            loading={pending}
            data-testid={testId}
            {...(danger ? { color: 'red.8' } : {})}
          >
            {submit}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
