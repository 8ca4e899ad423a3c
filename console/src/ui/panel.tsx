import { type ReactNode, useId } from 'react';

interface PanelProps {
  title: string;
  hint?: ReactNode;
  action?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A titled card; screen readers find it as a region by its title. */
export function Panel({ title, hint, action, className = '', children }: PanelProps) {
  const id = useId();
  return (
    <section className={`panel ${className}`} aria-labelledby={id}>
      <header className="panel-head">
        <div>
          <h2 id={id}>{title}</h2>
          {hint ? <p className="hint">{hint}</p> : null}
        </div>
        {action ? <div className="panel-action">{action}</div> : null}
      </header>
      {children}
    </section>
  );
}
