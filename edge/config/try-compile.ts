import type { Random } from '../base/ports.ts'
import { allocateCells, SharedCells } from '../base/shared-cells.ts'
import { compile, type Told } from './compile.ts'
import { createRegistries } from './registries.ts'

/**
 * Compiles on trial, against registries of its own: a trial leaves no trace in those that serve.
 * @returns what is wrong; null when it can be served
 */
export function tryCompile(told: Told, random: Random): string | null {
  try {
    compile(told, createRegistries(new SharedCells(allocateCells(1_024, random)), random))
    return null
  } catch (cause) {
    return `cannot be compiled: ${String(cause)}`
  }
}
