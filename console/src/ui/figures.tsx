export interface Figure {
  label: string;
  value: string;
  /** The one that counts most. */
  main?: boolean;
  testId?: string;
}

/** Some amounts side by side, each with what it is. Nothing where there are none. */
export function Figures({ figures }: { figures: Figure[] }) {
  if (figures.length === 0) return null;
  return (
    <dl className="figures">
      {figures.map(({ label, value, main, testId }) => (
        <div key={label} className={main ? 'main' : ''}>
          <dt>{label}</dt>
          <dd data-testid={testId}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export interface Column {
  key: string;
  label: string;
  /** Numbers stand to the right. */
  number?: boolean;
}

interface HeadProps {
  columns: Column[];
}

/** The head of a table whose cells name themselves on a narrow screen. */
export function TableHead({ columns }: HeadProps) {
  return (
    <thead>
      <tr>
        {columns.map(({ key, label, number }) => (
          <th key={key} scope="col" className={number ? 'num' : ''}>
            {label}
          </th>
        ))}
      </tr>
    </thead>
  );
}
