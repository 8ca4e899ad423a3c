// Fields of a form by name: label, unit, hint, and the mistake where it was made.
import { Select, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { narrow } from './checks.ts';
import type { Form } from './use_form.ts';

interface Props<Name extends string> {
  form: Form<Name>;
  name: Name;
  label: string;
  hint?: string;
  optional?: boolean;
  first?: boolean;
}

/** What every input of a form shares. */
function common<Name extends string>({ form, name, label, hint, optional, first }: Props<Name>) {
  return {
    name,
    'data-field': name,
    label,
    description: hint,
    error: form.mistake(name),
    required: !optional,
    ...(first ? { 'data-autofocus': true } : {}),
  };
}

export function TextField<Name extends string>({
  most = 200,
  type,
  ...props
}: Props<Name> & { most?: number; type?: string }) {
  const { form, name } = props;
  return (
    <TextInput
      {...common(props)}
      type={type}
      maxLength={most}
      value={form.values[name]}
      onChange={(event) => form.set(name, event.currentTarget.value)}
    />
  );
}

/** Money, a percent, a quantity: text from here to the request, with its unit beside it. */
export function NumberField<Name extends string>({
  unit,
  whole,
  ...props
}: Props<Name> & { unit?: string; whole?: boolean }) {
  const { form, name } = props;
  return (
    <TextInput
      {...common(props)}
      inputMode={whole ? 'numeric' : 'decimal'}
      autoComplete="off"
      maxLength={60}
      rightSection={unit ? <span className="unit">{unit}</span> : null}
      rightSectionWidth={unit ? `${unit.length + 2}ch` : undefined}
      rightSectionPointerEvents="none"
      value={form.values[name]}
      onChange={(event) => form.set(name, narrow(event.currentTarget.value))}
    />
  );
}

interface ChoiceProps<Name extends string> extends Props<Name> {
  choices: { value: string; label: string }[];
}

export function ChoiceField<Name extends string>({ choices, ...props }: ChoiceProps<Name>) {
  const { form, name } = props;
  return (
    <Select
      {...common(props)}
      data={choices}
      value={form.values[name]}
      onChange={(value) => form.set(name, value ?? '')}
      allowDeselect={false}
      searchable={choices.length > 12}
    />
  );
}

/** Why: kept with the booking and in the audit log. */
export function ReasonField<Name extends string>({ form, name }: Pick<Props<Name>, 'form' | 'name'>) {
  const { t } = useTranslation();
  return (
    <Textarea
      {...common({ form, name, label: t('desk.reason'), hint: t('desk.reasonHint') })}
      autosize
      minRows={1}
      maxRows={4}
      maxLength={500}
      value={form.values[name]}
      onChange={(event) => form.set(name, event.currentTarget.value)}
    />
  );
}
