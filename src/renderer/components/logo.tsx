/** Two flights of steps, one beside the other: the mark of the program (assets/icon.svg). */
export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg className="logo" width={size} height={size} viewBox="0 0 64 64" aria-hidden>
      <rect width="64" height="64" rx="15" fill="#0c6b5e" />
      <g fill="none" strokeWidth="6" strokeLinecap="round" strokeLinejoin="round">
        <path d="M14.5 39.5V30H25V20.5h10.5V14" stroke="#8fe3d0" />
        <path d="M28.5 50v-6.5H39V34h10.5v-9.5" stroke="#fff" />
      </g>
    </svg>
  );
}
