/** Stands in until the first answer; quiet, and seen only when it takes a moment. */
export function Loading({ what, verb = 'Loading' }: { what: string; verb?: string }) {
  return (
    <p className="loading" role="status">
      {verb} {what}…
    </p>
  );
}
