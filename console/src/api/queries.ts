// The console's reads, with how often they are asked again. One key per thing, so that a publish or a plan change can
// make exactly what it changed fresh again.
import { keepPreviousData, type QueryClient, useQuery } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import {
  getAccount,
  getBill,
  getInvoice,
  getPlans,
  getPoints,
  getUsage,
  listAccounts,
  listInvoices,
  listProjects,
  type Step,
} from './calls.ts';

/** Milliseconds between two looks at usage and bill. The live panel makes them quicker while it is connected. */
export const calmMs = 5000;
export const busyMs = 1000;
export const PaceContext = createContext(calmMs);

export function useUsage(account: string) {
  const refetchInterval = useContext(PaceContext);
  return useQuery({
    queryKey: ['account', account, 'usage'],
    queryFn: ({ signal }) => getUsage(account, signal),
    refetchInterval,
  });
}

export function useBill(account: string) {
  const refetchInterval = useContext(PaceContext);
  return useQuery({
    queryKey: ['account', account, 'bill'],
    queryFn: ({ signal }) => getBill(account, signal),
    refetchInterval,
  });
}

export function usePoints(account: string, from: string, to: string, step: Step) {
  return useQuery({
    queryKey: ['account', account, 'points', step, from, to],
    queryFn: ({ signal }) => getPoints(account, from, to, step, signal),
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
    enabled: from !== '',
  });
}

export function useAccount(account: string) {
  return useQuery({
    queryKey: ['account', account, 'self'],
    queryFn: ({ signal }) => getAccount(account, signal),
    staleTime: 30_000,
  });
}

export function useAccounts(enabled: boolean) {
  return useQuery({
    queryKey: ['accounts'],
    queryFn: ({ signal }) => listAccounts(signal),
    refetchInterval: calmMs,
    enabled,
  });
}

export function useProjects(account: string) {
  return useQuery({
    queryKey: ['account', account, 'projects'],
    queryFn: ({ signal }) => listProjects(account, signal),
    staleTime: 30_000,
  });
}

export function useInvoices(account: string) {
  return useQuery({
    queryKey: ['account', account, 'invoices'],
    queryFn: ({ signal }) => listInvoices(account, signal),
    staleTime: 10_000,
  });
}

export function useInvoice(account: string, number: string) {
  return useQuery({
    queryKey: ['account', account, 'invoices', number],
    queryFn: ({ signal }) => getInvoice(account, number, signal),
    staleTime: 60_000,
  });
}

export function usePlans(catalogue: string | undefined) {
  return useQuery({
    queryKey: ['plans', catalogue],
    queryFn: ({ signal }) => getPlans(catalogue ?? '', signal),
    enabled: catalogue !== undefined,
    staleTime: 300_000,
  });
}

/** Asks again for what a message changes. */
export function refreshMeters(client: QueryClient, account: string): Promise<unknown> {
  return Promise.all([
    client.invalidateQueries({ queryKey: ['account', account, 'usage'] }),
    client.invalidateQueries({ queryKey: ['account', account, 'bill'] }),
  ]);
}

/** Asks again for everything of an account. */
export function refreshAccount(client: QueryClient, account: string): Promise<void> {
  return client.invalidateQueries({ queryKey: ['account', account] });
}
