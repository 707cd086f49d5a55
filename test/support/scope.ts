/** What a support needs of a test: a place to say how to clean up. Every tap `t` is one. */
export interface Scope {
  /** Runs when the test ends, however it ends; last registered runs first. */
  teardown(run: () => unknown): unknown
}
