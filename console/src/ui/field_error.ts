// Which field of a form a refusal is about, and what is said there.
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/errors.ts';
import { fieldOf } from '../form/pointer.ts';
import { explain } from '../problem/explain.ts';
import { useWords } from '../problem/use_words.ts';

export interface FieldErrors {
  /** What is said at that field, if the refusal is about it. */
  at(name: string): string | undefined;
  /** The failure, when it is about none of the fields. */
  rest: unknown;
}

/** Splits a form's failure: at one of `fields`, or for the whole form. A conflict at a field is a value already taken. */
export function useFieldErrors(error: unknown, fields: readonly string[]): FieldErrors {
  const { t } = useTranslation();
  const words = useWords();
  const field = fieldOf(error, fields);
  if (field === null || !(error instanceof ApiError)) {
    return { at: () => undefined, rest: error };
  }
  const why = error.kind === 'conflict' ? t('field.taken') : t('field.refused', { why: error.problem.detail });
  const text = words.reason(explain(error)) ?? why;
  return { at: (name) => (name === field ? text : undefined), rest: null };
}
