/** What the front end hands to everything that runs long: where it runs, how it is stopped, whom it tells. */

export interface Context {
  /** absolute path that relative targets are resolved against */
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** aborted by Ctrl-C */
  readonly signal: AbortSignal
  readonly report: (event: Event) => void
  /** Yes or no from the person; absent where nobody sits at a terminal, and a script must not be left waiting. */
  readonly ask?: (question: string) => Promise<boolean>
  /** what is piped in, line by line */
  readonly lines?: () => AsyncIterable<string>
  /** Bytes for stdout as they are; resolves when more may come. Absent where nobody reads them. */
  readonly write?: (bytes: Uint8Array) => Promise<void>
  /** ms since 1970; tests set it */
  readonly now: () => number
}

/** What a running verb tells. A phase begins and replaces the one before it; `advance` adds to the phase at hand. */
export type Event =
  | { readonly type: 'phase'; readonly name: string; readonly items?: number; readonly bytes?: number }
  | { readonly type: 'advance'; readonly items: number; readonly bytes: number }
  /** something to know that is no trouble: what a dry run would have done */
  | { readonly type: 'note'; readonly message: string }
  | { readonly type: 'warning'; readonly message: string; readonly hint?: string }
