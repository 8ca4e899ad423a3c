import type { ReactNode } from 'react';
import { AlertIcon, CheckIcon, StopIcon } from './icons.tsx';

/** The tones of styles.css. */
export type Tone = 'ok' | 'near' | 'over' | 'stop' | 'free' | 'gap';

interface Props {
  tone: Tone;
  title: string;
  icon?: ReactNode;
  action?: ReactNode;
  /** Read out at once, not when the reader comes by. */
  urgent?: boolean;
  testId?: string;
  children?: ReactNode;
}

function iconOf(tone: Tone): ReactNode {
  if (tone === 'ok') return <CheckIcon />;
  return tone === 'stop' ? <StopIcon /> : <AlertIcon />;
}

/** One line that tells something: its tone, a title, perhaps a sentence and something to do. */
export function Notice({ tone, title, icon, action, urgent = false, testId, children }: Props) {
  return (
    <div className={`notice tone-${tone}`} role={urgent ? 'alert' : 'status'} data-testid={testId}>
      <span className="notice-icon">{icon ?? iconOf(tone)}</span>
      <div className="notice-text">
        <strong>{title}</strong>
        {children ? <div>{children}</div> : null}
      </div>
      {action}
    </div>
  );
}
