// Who may do what. One table: every route of the API names an action, and every action names the lowest role that may take it.

/** Roles of people and programs, from less to more. Each may do what the ones before it may. */
export const STAFF_ROLES = ['viewer', 'operator', 'editor', 'admin'] as const

/** All roles: those of the staff; `edge`, which may open streams, and `changes`, which may hand in row changes, and nothing else. */
export const ROLES = [...STAFF_ROLES, 'edge', 'changes'] as const

/** The role of a token. */
export type Role = (typeof ROLES)[number]

/** The lowest role for each action. `stream` is apart: only an edge has a use for it. */
export const ACTIONS = {
  read: 'viewer',
  validate: 'viewer',
  explain: 'viewer',
  switch: 'operator',
  override: 'operator',
  purge: 'operator',
  hold: 'operator',
  change: 'operator',
  draft: 'editor',
  publish: 'editor',
  tokens: 'admin',
  stream: 'edge',
} as const satisfies Readonly<Record<string, Role>>

/** Something that a token may or may not do. */
export type Action = keyof typeof ACTIONS

/** Whether `role` may take `action`. */
export function mayDo(role: Role, action: Action): boolean {
  if (role === 'changes') return action === 'change'
  const lowest: Role = ACTIONS[action]
  if (role === 'edge' || lowest === 'edge') return role === lowest
  return STAFF_ROLES.indexOf(role) >= STAFF_ROLES.indexOf(lowest)
}
