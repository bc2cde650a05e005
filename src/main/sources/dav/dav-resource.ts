export type DavKind = 'contacts' | 'calendar';

/** A resource of a collection, by the path of its address. */
export interface DavResource {
  readonly href: string;
  readonly etag: string;
}
export interface DavText extends DavResource {
  readonly text: string;
}
