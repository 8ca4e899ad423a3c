// A bank statement: looked at first, then booked; every row is answered.
import { Button, FileButton, Group, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { importPayments } from '../api/calls_money.ts';
import type { Booked } from '../api/types_money.ts';
import { BookedNote } from '../payments/booked_note.tsx';
import { TableHead } from '../ui/figures.tsx';
import { Panel } from '../ui/panel.tsx';
import { ScrollBox } from '../ui/scroll_box.tsx';
import { Failed } from '../ui/states.tsx';
import { readBankFile } from './bank_file.ts';

/** Rows of the preview; the file itself may have 10,000. */
const rowsShown = 50;
const results = ['booked', 'repeated', 'suspense', 'refused'] as const;
const tones: Record<string, string> = {
  booked: 'tone-ok',
  repeated: 'tone-free',
  suspense: 'tone-near',
  refused: 'tone-stop',
};

interface Chosen {
  name: string;
  csv: string;
}

function Preview({ chosen }: { chosen: Chosen }) {
  const { t } = useTranslation();
  const { columns, rows } = readBankFile(chosen.csv);
  if (rows.length === 0) return <p>{t('received.noRows')}</p>;
  return (
    <div className="stack" data-testid="import-preview">
      <p>{t('received.preview', { name: chosen.name, rows: rows.length })}</p>
      <ScrollBox className="tall" label={chosen.name}>
        <table className="table">
          <TableHead columns={columns.map((label) => ({ key: label, label, number: label === 'amount' }))} />
          <tbody>
            {rows.slice(0, rowsShown).map((row, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file have no name but their place.
              <tr key={place}>
                {columns.map((label, column) => (
                  <td key={label} className={label === 'amount' ? 'num' : 'wrap'}>
                    {row[column]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {rows.length > rowsShown ? <p className="hint">{t('received.more', { rows: rows.length - rowsShown })}</p> : null}
    </div>
  );
}

function Answers({ answers }: { answers: Booked[] }) {
  const { t } = useTranslation();
  const name = (result: string) => t(`received.state.${result}`, { defaultValue: result });
  const counts = results
    .map((result) => ({ result, count: answers.filter((answer) => answer.result === result).length }))
    .filter(({ count }) => count > 0);
  const columns = ['line', 'result', 'account', 'problem'] as const;
  return (
    <div className="stack" data-testid="import-answers">
      <p>
        <strong>{t('received.done')}</strong>
      </p>
      <Group gap="xs">
        {counts.map(({ result, count }) => (
          <span key={result} className={`badge ${tones[result]}`} data-testid={`import-${result}`}>
            {t('received.count', { count, state: name(result) })}
          </span>
        ))}
      </Group>
      <ScrollBox className="tall" label={t('received.done')}>
        <table className="table">
          <TableHead columns={columns.map((key) => ({ key, label: t(`received.${key}`) }))} />
          <tbody>
            {answers.map((answer) => (
              <tr key={answer.line}>
                <th scope="row">{answer.line}</th>
                <td>
                  <span className={`badge ${tones[answer.result] ?? ''}`}>{name(answer.result)}</span>
                </td>
                <td>
                  {answer.account === null ? null : (
                    <Link to={`/accounts/${encodeURIComponent(answer.account)}/payments`}>{answer.account}</Link>
                  )}
                </td>
                <td className="wrap">
                  <BookedNote booked={answer} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </div>
  );
}

export function ImportPanel() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [pasted, setPasted] = useState('');
  const book = useMutation({
    mutationFn: (csv: string) => importPayments(csv),
    onSuccess: async () => {
      setChosen(null);
      setPasted('');
      await client.invalidateQueries();
    },
  });
  const choose = async (file: File | null) => {
    if (file === null) return;
    book.reset();
    setPasted('');
    setChosen({ name: file.name, csv: await file.text() });
  };
  const paste = (csv: string) => {
    book.reset();
    setPasted(csv);
    setChosen(csv.trim() === '' ? null : { name: t('received.pasted'), csv });
  };
  return (
    <Panel
      title={t('received.import')}
      hint={t('received.importHint')}
      className="stack"
      action={
        <FileButton accept=".csv,text/csv" onChange={(file) => void choose(file)} inputProps={{ name: 'statement' }}>
          {(props) => (
            <Button {...props} size="compact-sm" variant="default">
              {t('received.choose')}
            </Button>
          )}
        </FileButton>
      }
    >
      <Textarea
        label={t('received.paste')}
        name="csv"
        rows={3}
        className="code"
        value={pasted}
        onChange={(event) => paste(event.currentTarget.value)}
      />
      {chosen ? <Preview chosen={chosen} /> : null}
      {book.error ? <Failed error={book.error} /> : null}
      {chosen ? (
        <Group justify="flex-end">
          <Button variant="default" onClick={() => paste('')}>
            {t('received.clear')}
          </Button>
          <Button
            disabled={readBankFile(chosen.csv).rows.length === 0}
            loading={book.isPending}
            onClick={() => book.mutate(chosen.csv)}
            data-testid="book-import"
          >
            {t('received.book')}
          </Button>
        </Group>
      ) : null}
      {book.data ? <Answers answers={book.data} /> : null}
    </Panel>
  );
}
