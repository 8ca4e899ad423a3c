// The reads of projects, keys and people: keys below ['account', id], so that a change refreshes them together.
import { useQuery } from '@tanstack/react-query';
import { getProject, listKeys, listPeople, listProjectDetails } from './calls_projects.ts';

export function useProjectDetails(account: string) {
  return useQuery({
    queryKey: ['account', account, 'projects', 'details'],
    queryFn: ({ signal }) => listProjectDetails(account, signal),
    staleTime: 10_000,
  });
}

export function useProject(account: string, project: string) {
  return useQuery({
    queryKey: ['account', account, 'projects', project],
    queryFn: ({ signal }) => getProject(project, signal),
    staleTime: 10_000,
  });
}

export function useKeys(account: string) {
  return useQuery({
    queryKey: ['account', account, 'keys'],
    queryFn: ({ signal }) => listKeys(account, signal),
    staleTime: 5000,
  });
}

export function usePeople(account: string) {
  return useQuery({
    queryKey: ['account', account, 'people'],
    queryFn: ({ signal }) => listPeople(account, signal),
    staleTime: 10_000,
  });
}
