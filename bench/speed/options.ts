/** How long and how often is measured. */
export interface BenchOptions {
  /** Of each thing that is compared, one after the other. */
  readonly rounds: number
  /** Of each run of wrk. */
  readonly seconds: number
  readonly print: (text: string) => void
}
