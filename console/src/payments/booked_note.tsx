// Why a row of a bank statement waits or was refused: in the reader's words where there are some, else the column's label
// before the server's words.
import { useTranslation } from 'react-i18next';
import type { Booked } from '../api/types_money.ts';
import { fieldOf } from '../problem/explain.ts';

export function BookedNote({ booked }: { booked: Booked }) {
  const { t } = useTranslation();
  const { pointer, problem, result } = booked;
  if (problem === null) return null;
  const field = pointer === null ? null : fieldOf(pointer);
  if (field === null) return <span lang="en">{problem}</span>;
  const known = result === 'suspense' ? t(`bookedNote.${field}`, { defaultValue: '' }) : '';
  if (known !== '') return known;
  const said = problem.startsWith(`${field}: `) ? problem.slice(field.length + 2) : problem;
  return (
    <>
      {t('problemView.field', { label: t(`fieldLabel.${field}`, { defaultValue: field }), text: '' })}
      <span lang="en">{said}</span>
    </>
  );
}
