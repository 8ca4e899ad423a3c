// A form in a dialog that says, in one sentence, what will happen; after a submit it goes on at what is wrong first.
import { type ReactNode, useEffect, useRef } from 'react';
import { FormDialog } from '../ui/form_dialog.tsx';
import type { Form } from './use_form.ts';

interface Props {
  title: string;
  /** What will happen; null while nothing can. */
  effect: string | null;
  submit: string;
  form: Form<never> | Form;
  /** Something that takes away. */
  danger?: boolean;
  /** Nothing can be done in this state. */
  blocked?: boolean;
  onClose(): void;
  children: ReactNode;
}

export function EffectDialog({
  title,
  effect,
  submit,
  form,
  danger = false,
  blocked = false,
  onClose,
  children,
}: Props) {
  const box = useRef<HTMLDivElement>(null);
  const submitted = useRef(false);
  useEffect(() => {
    if (!submitted.current || form.pending) return;
    submitted.current = false;
    box.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  });
  return (
    <FormDialog
      title={title}
      submit={submit}
      danger={danger}
      disabled={blocked}
      pending={form.pending}
      error={form.failure}
      testId="submit-form"
      onSubmit={() => {
        submitted.current = true;
        form.submit();
      }}
      onClose={() => form.pending || onClose()}
    >
      <div className="form" ref={box}>
        {children}
      </div>
      {effect === null ? null : (
        <p className="effect" aria-live="polite" data-testid="effect">
          {effect}
        </p>
      )}
    </FormDialog>
  );
}
