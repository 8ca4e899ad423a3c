// The state of one opened form: texts by field, mistakes at their fields, one request at a time under one key.
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/errors.ts';
import { explain } from '../problem/explain.ts';
import { useWords } from '../problem/use_words.ts';
import { useOnce } from '../ui/once.ts';
import type { Mistake } from './checks.ts';
import { fieldOf } from './pointer.ts';

export interface Form<Name extends string = string> {
  values: Record<Name, string>;
  set(name: Name, value: string): void;
  /** The mistake of a field, in words; undefined while nothing is wrong or nothing was asked yet. */
  mistake(name: Name): string | undefined;
  /** A failure that belongs to no field. */
  failure: unknown;
  pending: boolean;
  submit(): void;
}

interface Options<Name extends string, Result> {
  start: Record<Name, string>;
  check(values: Record<Name, string>): Partial<Record<Name, Mistake>>;
  send(values: Record<Name, string>, onceKey: string): Promise<Result>;
  onDone(result: Result, values: Record<Name, string>): void | Promise<void>;
}

export function useMistakeText(): (mistake: Mistake) => string {
  const { t } = useTranslation();
  return ({ key, values }) => t(`desk.mistake.${key}`, values ?? {});
}

/** What the server said of a field: in the reader's language where it gave a reason, else in its own words. */
export function useSaid(): (error: unknown) => string | undefined {
  const { t } = useTranslation();
  const { reason } = useWords();
  return (error) =>
    error instanceof ApiError
      ? (reason(explain(error)) ?? t('field.refused', { why: error.problem.detail ?? error.problem.name ?? '' }))
      : undefined;
}

export function useForm<Name extends string, Result>({
  start,
  check,
  send,
  onDone,
}: Options<Name, Result>): Form<Name> {
  const [values, setValues] = useState(start);
  const key = useOnce();
  const [asked, setAsked] = useState(false);
  const words = useMistakeText();
  const said = useSaid();
  const request = useMutation({
    mutationFn: (sent: Record<Name, string>) => send(sent, key),
    onSuccess: (result, sent) => onDone(result, sent),
  });
  const names = Object.keys(start) as Name[];
  const refused = fieldOf(request.error, names) as Name | null;
  const mistakes = check(values);
  return {
    values,
    set: (name, value) => {
      setValues((before) => ({ ...before, [name]: value }));
      // What the server said was about the value before.
      if (request.error && refused === name) request.reset();
    },
    mistake: (name) => {
      const own = asked ? mistakes[name] : undefined;
      if (own) return words(own);
      return refused === name ? said(request.error) : undefined;
    },
    failure: request.error && refused === null ? request.error : null,
    pending: request.isPending,
    submit: () => {
      setAsked(true);
      if (request.isPending || Object.keys(mistakes).length > 0) return;
      request.mutate(values);
    },
  };
}
