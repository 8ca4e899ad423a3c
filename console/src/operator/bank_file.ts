// A bank statement as rows, only to be looked at before it is booked: the server reads and judges the file itself.

export interface BankFile {
  columns: string[];
  rows: string[][];
}

/** CSV by RFC 4180; a quote that stays open takes the rest of the text. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const endCell = () => {
    row.push(cell);
    cell = '';
  };
  const endRow = () => {
    endCell();
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (sign === '"' && cell === '') quoted = true;
    else if (sign === ',') endCell();
    else if (sign === '\n') endRow();
    else if (sign !== '\r') cell += sign;
  }
  if (cell !== '' || row.length > 0) endRow();
  return rows;
}

export function readBankFile(text: string): BankFile {
  const [columns = [], ...rows] = readCsv(text.replace(/^\uFEFF/, ''));
  return { columns, rows };
}
