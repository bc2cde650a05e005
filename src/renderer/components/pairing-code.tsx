/** Six digits to compare by eye or ear: in two groups, and read one by one. */
export function PairingCode({ code }: { code: string }) {
  return (
    <p className="pairing-code">
      <span aria-hidden>
        {code.slice(0, 3)} {code.slice(3)}
      </span>
      <span className="sr-only">Code {[...code].join(' ')}</span>
    </p>
  );
}
