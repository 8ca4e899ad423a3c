// The console's reads, with how often they are asked again. One key per thing, so that a publish or a plan change can
// make exactly what it changed fresh again.
import { keepPreviousData, type QueryClient, useQueries, useQuery } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import {
  getAccount,
  getBill,
  getForecast,
  getInvoice,
  getPeak,
  getPlans,
  getPoints,
  getProof,
  getSla,
  getUsage,
  getWhatIf,
  listAccounts,
  listInvoices,
  listProjects,
  type Step,
} from './calls.ts';
import type { Invoice, Peak } from './types.ts';

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

export function usePoints(account: string, from: string, to: string, step: Step, project: string | null = null) {
  return useQuery({
    queryKey: ['account', account, 'points', step, from, to, project],
    queryFn: ({ signal }) => getPoints(account, from, to, step, project, signal),
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

/** An issued invoice does not change: its proof is asked for once. */
export function useProof(account: string, number: string) {
  return useQuery({
    queryKey: ['account', account, 'invoices', number, 'proof'],
    queryFn: ({ signal }) => getProof(account, number, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Projects whose peaks are asked for one by one when an invoice has no evidence of its own. */
const peaksMost = 20;

/** The evidence of an invoice's peaks: its own, else what the meter's journal keeps. */
export function usePeaks(invoice: Invoice): { peaks: Peak[]; isPending: boolean } {
  const asked = invoice.evidence.length > 0 ? [] : invoice.projects.slice(0, peaksMost);
  const answers = useQueries({
    queries: asked.map((project) => ({
      queryKey: ['peak', project.id, invoice.month],
      queryFn: ({ signal }: { signal: AbortSignal }) => getPeak(project.id, project.name, invoice.month, signal),
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  const found = answers.flatMap(({ data }) => (data ? [data] : []));
  return {
    peaks: asked.length === 0 ? invoice.evidence : found,
    isPending: answers.some(({ isPending }) => isPending),
  };
}

export function useWhatIf(account: string, month: string | null, catalogue: string | null) {
  return useQuery({
    queryKey: ['account', account, 'what-if', month, catalogue],
    queryFn: ({ signal }) => getWhatIf(account, month, catalogue, signal),
    placeholderData: keepPreviousData,
    staleTime: 15_000,
  });
}

export function useForecast(account: string) {
  return useQuery({
    queryKey: ['account', account, 'forecast'],
    queryFn: ({ signal }) => getForecast(account, signal),
    refetchInterval: 60_000,
  });
}

export function useSla(account: string) {
  return useQuery({
    queryKey: ['account', account, 'sla'],
    queryFn: ({ signal }) => getSla(account, signal),
    refetchInterval: 60_000,
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
