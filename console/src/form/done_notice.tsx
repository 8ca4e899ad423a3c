// What was just done, said at the lower edge of the window wherever the page is scrolled to.
import { CloseButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice, type Tone } from '../ui/notice.tsx';

export interface Done {
  title: string;
  text?: ReactNode;
  tone?: Tone;
}

export function DoneNotice({ done, onClose }: { done: Done | null; onClose(): void }) {
  const { t } = useTranslation();
  if (done === null) return null;
  return (
    <div className="done-notice">
      <Notice
        tone={done.tone ?? 'ok'}
        title={done.title}
        testId="done"
        action={<CloseButton aria-label={t('app.close')} onClick={onClose} />}
      >
        {done.text}
      </Notice>
    </div>
  );
}
