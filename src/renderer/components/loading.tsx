/** Stands in until the first answer; quiet, and seen only when it takes a moment. */
export function Loading({ what }: { what: string }) {
  return (
    <p className="loading" role="status">
      Loading {what}…
    </p>
  );
}
