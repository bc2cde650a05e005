/** Holds the room of texts that are on their way, so that nothing jumps when they come. */
export function Skeleton({ what }: { what: string }) {
  return (
    <div className="skeleton">
      <p className="sr-only" role="status">
        Loading {what}…
      </p>
      <span className="skeleton-title" />
      <span className="skeleton-block" />
    </div>
  );
}
