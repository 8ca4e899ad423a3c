import type { ReactNode } from 'react';
import { Failed, Loading } from './states.tsx';

interface Asked<T> {
  data: T | undefined;
  error: unknown;
  refetch(): unknown;
}

interface Props<T> {
  query: Asked<T>;
  /** Of the placeholder while nothing is known yet, pixels. */
  height?: number;
  children(data: T): ReactNode;
}

/** What is known, else why it is not, else that it is being asked for. */
export function QueryBody<T>({ query, height = 160, children }: Props<T>) {
  if (query.data !== undefined) return children(query.data);
  return query.error ? <Failed error={query.error} retry={() => query.refetch()} /> : <Loading height={height} />;
}
