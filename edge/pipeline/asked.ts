import { sharedFields } from '../cache/shared-fields.ts'
import type { Client } from '../client/client-class.ts'
import type { RoutePlan } from '../config/snapshot.ts'
import { deviceClass } from '../http/device-class.ts'
import type { Asked, Request } from './exchange.ts'

/** Who asks for what, by which route, and what of it the cache shares with the origin. */
export function askedOf(request: Request, client: Client, route: RoutePlan): Asked {
  const { fields } = request
  // Most rules: nothing is made for them.
  if (route.key.asItCame) return { request, client, route, shared: fields }
  const asker = () => ({ class: client.class, device: deviceClass(client.userAgent, fields.get('sec-ch-ua-mobile')) })
  return { request, client, route, shared: sharedFields(fields, route.key, asker) }
}
