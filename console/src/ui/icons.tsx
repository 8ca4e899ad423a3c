// The console's own line icons, 20 by 20, drawn in the text's colour and hidden from screen readers.

interface IconProps {
  size?: number;
}

function Line({ size = 18, d }: IconProps & { d: string }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={d} />
    </svg>
  );
}

export const PeakIcon = (props: IconProps) => <Line {...props} d="M2.5 15.5l4.2-6 3.3 3.6 4-8 3.5 6.4" />;
export const MessageIcon = (props: IconProps) => <Line {...props} d="M3 4.5h14v9H9l-4 3v-3H3zM6.5 8h7M6.5 10.5h4" />;
export const StorageIcon = (props: IconProps) => (
  <Line
    {...props}
    d="M3.5 5c0-1.4 2.9-2.5 6.5-2.5s6.5 1.1 6.5 2.5S13.6 7.5 10 7.5 3.5 6.4 3.5 5zM3.5 5v10c0 1.4 2.9 2.5 6.5 2.500s6.5-1.1 6.5-2.500V5M3.5 10c0 1.4 2.9 2.5 6.5 2.500s6.5-1.1 6.5-2.5"
  />
);
export const CheckIcon = (props: IconProps) => <Line {...props} d="M4 10.500l4 4 8-9" />;
export const AlertIcon = (props: IconProps) => <Line {...props} d="M10 3l7.5 13h-15zM10 8v4M10 14.200v.1" />;
export const StopIcon = (props: IconProps) => <Line {...props} d="M6.5 2.500h7l4 4v7l-4 4h-7l-4-4v-7zM7 10h6" />;
export const MoreIcon = (props: IconProps) => <Line {...props} d="M4.5 10v.1M10 10v.1M15.5 10v.1" />;
export const PlusIcon = (props: IconProps) => <Line {...props} d="M10 3.500v13M3.5 10h13" />;
export const InfinityIcon = (props: IconProps) => (
  <Line
    {...props}
    d="M10 10c-1.5-2-2.8-3-4.3-3a3 3 0 0 0 0 6c1.5 0 2.8-1 4.3-3s2.8-3 4.3-3a3 3 0 0 1 0 6c-1.5 0-2.8-1-4.3-3z"
  />
);
export const GlobeIcon = (props: IconProps) => (
  <Line
    {...props}
    d="M10 2.500a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM2.7 10h14.600M10 2.500c2.2 2 3.3 4.5 3.3 7.500s-1.1 5.5-3.3 7.500c-2.2-2-3.3-4.5-3.3-7.500s1.1-5.5 3.3-7.500z"
  />
);
export const SunIcon = (props: IconProps) => (
  <Line
    {...props}
    d="M10 6.500a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM10 2v1.500M10 16.500V18M2 10h1.500M16.5 10H18M4.3 4.300l1.1 1.100M14.6 14.600l1.1 1.100M15.7 4.300l-1.1 1.100M5.4 14.600l-1.1 1.1"
  />
);
export const MoonIcon = (props: IconProps) => <Line {...props} d="M16.5 12A7 7 0 0 1 8 3.500a7 7 0 1 0 8.5 8.500z" />;
export const PersonIcon = (props: IconProps) => (
  <Line {...props} d="M10 3a3.2 3.2 0 1 0 0 6.400A3.2 3.2 0 0 0 10 3zM3.5 17c.6-3.3 3.2-5 6.5-5s5.9 1.7 6.5 5" />
);
export const SendIcon = (props: IconProps) => <Line {...props} d="M17 3L9 11M17 3l-5 14-3-6-6-3z" />;
export const DownIcon = (props: IconProps) => <Line {...props} d="M10 3v10M5.5 9L10 13.5 14.5 9M3.5 17h13" />;
export const ArrowIcon = (props: IconProps) => <Line {...props} d="M4 10h12M11.5 5.500L16 10l-4.5 4.5" />;
export const BackIcon = (props: IconProps) => <Line {...props} d="M16 10H4M8.5 5.500L4 10l4.5 4.5" />;
export const GapIcon = (props: IconProps) => <Line {...props} d="M2.5 10h3.500M14 10h3.500M8 6v8M12 6v8" />;
export const RetryIcon = (props: IconProps) => <Line {...props} d="M16.5 10a6.5 6.5 0 1 1-2-4.700M16.5 3v3.500H13" />;
export const PrintIcon = (props: IconProps) => <Line {...props} d="M6 7V2.500h8V7M6 14H3V7h14v7h-3M6 11.500h8v6H6z" />;
export const TableIcon = (props: IconProps) => <Line {...props} d="M3 4h14v12H3zM3 8h14M3 12h14M9 8v8" />;
export const ChartIcon = (props: IconProps) => <Line {...props} d="M3 17h14M5.5 14v-4M10 14V5M14.5 14V8" />;

export const CopyIcon = (props: IconProps) => <Line {...props} d="M7 7h10v10H7zM13 7V3H3v10h4" />;
export const SealIcon = (props: IconProps) => (
  <Line
    {...props}
    d="M10 2l6.500 2.500v5c0 4-2.700 7-6.500 8.500-3.800-1.500-6.500-4.500-6.500-8.500v-5zM7 10l2.200 2.200L13 8"
  />
);

/** The mark: a stamp with three bars of a meter. */
export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path
        fill="var(--brand)"
        d="M3 3h3a2 2 0 0 0 4 0h4a2 2 0 0 0 4 0h4a2 2 0 0 0 4 0h3v3a2 2 0 0 0 0 4v4a2 2 0 0 0 0 4v4a2 2 0 0 0 0 4v3h-3a2 2 0 0 0-4 0h-4a2 2 0 0 0-4 0h-4a2 2 0 0 0-4 0H3v-3a2 2 0 0 0 0-4v-4a2 2 0 0 0 0-4v-4a2 2 0 0 0 0-4z"
      />
      <path fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" d="M10 21v-6M16 21V10M22 21v-4" />
    </svg>
  );
}
