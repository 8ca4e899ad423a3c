import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { BackIcon } from './icons.tsx';

/** From one thing back to the list it stands in. */
export function BackLink({ to, title }: { to: string; title: string }) {
  return (
    <Button
      component={Link}
      to={to}
      variant="subtle"
      color="gray"
      size="compact-sm"
      leftSection={<BackIcon size={16} />}
    >
      {title}
    </Button>
  );
}
