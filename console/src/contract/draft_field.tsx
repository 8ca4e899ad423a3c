// A field of the contract editor, named by the JSON pointer of its member, so that what the server says finds it.
import { Checkbox, Select, TextInput } from '@mantine/core';
import { narrow } from '../form/checks.ts';
import type { ContractDraft } from './draft.ts';

/** What every part of the editor works with. */
export interface Editor {
  draft: ContractDraft;
  change(part: Partial<ContractDraft>): void;
  /** In words, by pointer. */
  mistake(pointer: string): string | undefined;
  currency: string;
  zone: string;
}

interface FieldProps {
  editor: Editor;
  pointer: string;
  label: string;
  hint?: string;
  value: string;
  onChange(value: string): void;
}

interface TextProps extends FieldProps {
  unit?: string;
  /** Not a number. */
  words?: boolean;
  whole?: boolean;
  type?: string;
  placeholder?: string;
}

export function DraftText({
  editor,
  pointer,
  label,
  hint,
  value,
  onChange,
  unit,
  words,
  whole,
  type,
  placeholder,
}: TextProps) {
  return (
    <TextInput
      name={pointer}
      data-field={pointer}
      label={label}
      description={hint}
      error={editor.mistake(pointer)}
      type={type}
      placeholder={placeholder}
      inputMode={words || type ? undefined : whole ? 'numeric' : 'decimal'}
      autoComplete="off"
      maxLength={words ? 200 : 60}
      rightSection={unit ? <span className="unit">{unit}</span> : null}
      rightSectionWidth={unit ? `${unit.length + 2}ch` : undefined}
      rightSectionPointerEvents="none"
      value={value}
      onChange={(event) => onChange(words || type ? event.currentTarget.value : narrow(event.currentTarget.value))}
    />
  );
}

export function DraftChoice({
  editor,
  pointer,
  label,
  hint,
  value,
  onChange,
  choices,
}: FieldProps & { choices: { value: string; label: string }[] }) {
  return (
    <Select
      name={pointer}
      data-field={pointer}
      label={label}
      description={hint}
      error={editor.mistake(pointer)}
      data={choices}
      value={value}
      onChange={(chosen) => onChange(chosen ?? '')}
      allowDeselect={false}
    />
  );
}

export function DraftCheck({
  label,
  hint,
  checked,
  onChange,
  name,
}: {
  label: string;
  hint?: string;
  checked: boolean;
  onChange(checked: boolean): void;
  name: string;
}) {
  return (
    <Checkbox
      name={name}
      data-field={name}
      label={label}
      description={hint}
      checked={checked}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}
