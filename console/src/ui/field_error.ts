// Which field of a form a refusal is about, and what is said there.
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/errors.ts';
import { explain } from '../problem/explain.ts';
import { useWords } from '../problem/use_words.ts';

/**
 * The member that the server refused, "name" or "limits.flush_gap_ms"; null when the refusal names none. It comes as a
 * JSON pointer, or as the word before the colon of the detail.
 */
export function refusedField(error: unknown): string | null {
  if (!(error instanceof ApiError)) return null;
  const { pointer, detail } = error.problem;
  if (pointer?.startsWith('/')) return pointer.slice(1).split('/').join('.');
  return /^([a-z_]+(?:\.[a-z_]+)*): /.exec(detail ?? '')?.[1] ?? null;
}

/** The detail without the field's name, which stands beside it. */
export function refusalText(error: ApiError): string {
  return (error.problem.detail ?? '').replace(/^[a-z_]+(?:\.[a-z_]+)*: /, '');
}

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
  const field = refusedField(error);
  if (field === null || !fields.includes(field) || !(error instanceof ApiError)) {
    return { at: () => undefined, rest: error };
  }
  const why = error.kind === 'conflict' ? t('field.taken') : t('field.refused', { why: refusalText(error) });
  const text = words.reason(explain(error)) ?? why;
  return { at: (name) => (name === field ? text : undefined), rest: null };
}
