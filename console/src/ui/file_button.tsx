// A button that fetches a file with the session's credentials and hands it to the browser; a failure is told below it.
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { NamedFile } from '../api/client.ts';
import { DownIcon } from './icons.tsx';
import { saveBlob } from './save_file.ts';

interface Props {
  label: string;
  icon?: ReactNode;
  fetch(): Promise<NamedFile>;
  onError(error: unknown): void;
  testId?: string;
}

export function FileButton({ label, icon, fetch, onError, testId }: Props) {
  const file = useMutation({
    mutationFn: fetch,
    onMutate: () => onError(null),
    onSuccess: ({ name, content }) => saveBlob(name, content),
    onError,
  });
  return (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={icon ?? <DownIcon size={14} />}
      loading={file.isPending}
      onClick={() => file.mutate()}
      data-testid={testId}
    >
      {label}
    </Button>
  );
}
