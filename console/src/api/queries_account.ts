// The reads of payments, terms, caps and support: keys below ['account', id], so that a change refreshes them together.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import {
  getArrears,
  getOpenInvoices,
  getPrepaid,
  getStatement,
  listAdjustments,
  listPayments,
  listSuspense,
} from './calls_money.ts';
import { getTerms, listCaps, listHistory } from './calls_terms.ts';
import { calmMs } from './queries.ts';
import { getRequest, listAllRequests, listRequests } from './support.ts';

export function useOpenInvoices(account: string) {
  return useQuery({
    queryKey: ['account', account, 'open invoices'],
    queryFn: ({ signal }) => getOpenInvoices(account, signal),
    staleTime: 10_000,
  });
}

/** Null: the running month. */
export function useStatement(account: string, from: string | null, to: string | null) {
  return useQuery({
    queryKey: ['account', account, 'statement', from, to],
    queryFn: ({ signal }) => getStatement(account, from, to, signal),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
}

export function usePayments(account: string) {
  return useQuery({
    queryKey: ['account', account, 'payments'],
    queryFn: ({ signal }) => listPayments(account, signal),
    staleTime: 10_000,
  });
}

export function useAdjustments(account: string) {
  return useQuery({
    queryKey: ['account', account, 'adjustments'],
    queryFn: ({ signal }) => listAdjustments(account, signal),
    staleTime: 10_000,
  });
}

export function useArrears(account: string) {
  return useQuery({
    queryKey: ['account', account, 'arrears'],
    queryFn: ({ signal }) => getArrears(account, signal),
    staleTime: 10_000,
  });
}

export function usePrepaid(account: string) {
  return useQuery({
    queryKey: ['account', account, 'prepaid'],
    queryFn: ({ signal }) => getPrepaid(account, signal),
    refetchInterval: calmMs,
  });
}

export function useSuspense() {
  return useQuery({ queryKey: ['suspense'], queryFn: ({ signal }) => listSuspense(signal), staleTime: 10_000 });
}

export function useTerms(account: string, enabled = true) {
  return useQuery({
    queryKey: ['account', account, 'terms'],
    queryFn: ({ signal }) => getTerms(account, signal),
    staleTime: 10_000,
    enabled,
  });
}

export function useHistory(account: string) {
  return useQuery({
    queryKey: ['account', account, 'history'],
    queryFn: ({ signal }) => listHistory(account, signal),
    staleTime: 10_000,
  });
}

export function useCaps(account: string) {
  return useQuery({
    queryKey: ['account', account, 'caps'],
    queryFn: ({ signal }) => listCaps(account, signal),
    refetchInterval: calmMs,
  });
}

export function useRequests(account: string) {
  return useQuery({
    queryKey: ['account', account, 'support'],
    queryFn: ({ signal }) => listRequests(account, signal),
    refetchInterval: 30_000,
  });
}

export function useAllRequests(enabled: boolean) {
  return useQuery({
    queryKey: ['support'],
    queryFn: ({ signal }) => listAllRequests(signal),
    refetchInterval: 30_000,
    enabled,
  });
}

export function useRequest(account: string, request: string) {
  return useQuery({
    queryKey: ['account', account, 'support', request],
    queryFn: ({ signal }) => getRequest(account, request, signal),
    refetchInterval: 30_000,
  });
}
