// A secret that the server tells once: it stays until it is put away on purpose, and nothing keeps it afterwards.
import { Button, Group, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyText } from './copy_text.tsx';
import { Notice } from './notice.tsx';

interface Props {
  title: string;
  /** What the secret is called. */
  label: string;
  secret: string;
  /** What to do with it, where the usual sentence does not fit. */
  text?: string;
  /** What belongs to it and is no secret. */
  children?: ReactNode;
  /** Beside the button that closes. */
  action?: ReactNode;
  onClose(): void;
}

export function SecretOnce({ title, label, secret, text, children, action, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={onClose}
      title={title}
      centered
      size="lg"
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      <div className="stack">
        <Notice tone="near" title={t('secret.once')}>
          {text ?? t('secret.onceText')}
        </Notice>
        <dl className="secret-facts">
          <div>
            <dt>{label}</dt>
            <dd>
              <CopyText text={secret} label={label} testId="secret" />
            </dd>
          </div>
          {children}
        </dl>
        <Group justify="flex-end">
          {action}
          <Button onClick={onClose} data-testid="secret-stored">
            {t('secret.stored')}
          </Button>
        </Group>
      </div>
    </Modal>
  );
}
