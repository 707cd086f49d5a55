// Promises are paid for only where there is IO: a stage that can answer at once returns a plain value, and its caller asks which.

/** Whether a value must be awaited. */
export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return value instanceof Promise
}
