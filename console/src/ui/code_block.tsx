// Several lines to be copied whole. The box scrolls and can be focused, so that it is read without a mouse too.
import { Button, CopyButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CheckIcon, CopyIcon } from './icons.tsx';
import { ScrollBox } from './scroll_box.tsx';

export function CodeBlock({ code, label, testId }: { code: string; label: string; testId?: string }) {
  const { t } = useTranslation();
  return (
    <div className="code-block">
      <ScrollBox label={label}>
        <pre data-testid={testId}>{code}</pre>
      </ScrollBox>
      <CopyButton value={code}>
        {({ copied, copy }) => (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={copied ? <CheckIcon size={14} /> : <CopyIcon size={14} />}
            onClick={copy}
          >
            {copied ? t('app.copied') : t('connect.copy')}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}
