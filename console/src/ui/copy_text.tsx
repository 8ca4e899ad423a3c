// A text to be copied exactly: a command, a fingerprint.
import { ActionIcon, CopyButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CheckIcon, CopyIcon } from './icons.tsx';

export function CopyText({ text, label, testId }: { text: string; label: string; testId?: string }) {
  const { t } = useTranslation();
  return (
    <span className="copy-text">
      <code data-testid={testId}>{text}</code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            onClick={copy}
            aria-label={copied ? t('app.copied') : t('app.copy', { what: label })}
          >
            {copied ? <CheckIcon size={14} /> : <CopyIcon size={14} />}
          </ActionIcon>
        )}
      </CopyButton>
    </span>
  );
}
