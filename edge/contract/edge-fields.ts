// Fields that edges of one fleet say to each other. Nobody else is believed: from others they are dropped.

/** In requests: who the client is, and which limits it has paid. */
export const CLIENT_FIELD = 'weir-client'
/** In answers: the highest purge that the answer is known to be newer than. */
export const PURGED_FIELD = 'weir-purged'
