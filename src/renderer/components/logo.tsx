/** Two flights of steps, one beside the other: the mark of the program (assets/icon.svg). */
export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg className="logo" width={size} height={size} viewBox="0 0 64 64" aria-hidden>
      <rect width="64" height="64" rx="15" fill="#0c6b5e" />
      <g fill="none" strokeWidth="6" strokeLinecap="round" strokeLinejoin="round">
        <path d="M13 40V30h11V20h11v-7" stroke="#8fe3d0" />
        <path d="M29 51v-7h11V34h11V24" stroke="#fff" />
      </g>
    </svg>
  );
}
