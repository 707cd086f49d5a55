// docs/wire.md: what is refused on the wire and why, and every bound and deadline with its default, beside nginx and Envoy.

import { EdgeBootstrapSchema } from '../../edge/contract/bootstrap.ts'
import { ERRORS } from '../../edge/contract/errors.ts'
import { PROXY_RULES } from '../../edge/wire/proxy-header-rules.ts'
import type { WireFault } from '../../edge/wire/wire-fault.ts'
import { MAX_CHUNK_LINE_BYTES, MAX_EXTENSION_BYTES, MAX_TRAILER_BYTES } from '../../edge/wire/wire-limits.ts'
import { RULES } from '../../edge/wire/wire-rules.ts'
import { code, GENERATED, table } from './markdown.ts'
import { WIRE_BOUNDS, type WireBound } from './wire-bounds.ts'

const INTRODUCTION = `# The wire

Weir reads and writes HTTP/1.1 itself (\`edge/wire/\`), because where a message ends is decided there and nowhere else: two peers that
disagree about it are how requests are smuggled. It takes what RFC 9112 requires and refuses everything that it allows to be refused. A
refused request gets its status, the rule is counted in \`weir_wire_refusals_total{rule}\`, and the connection closes. Nothing is sent to an
origin before the head of a request is whole and valid, and what is sent is made anew from the parts: no byte of framing is passed on.

* **Requests on one connection** are served one after the other, in order. Nothing behind an answer with \`Connection: close\` is served.
* **Bodies** stream at the pace of the slower side. A body that breaks off is never made to look whole: no last chunk, no missing bytes, on
  HTTP/1.0 a reset; over HTTP/2 a RST_STREAM. It is never kept.
* **Interim answers**: 103 (Early Hints) is passed to clients of HTTP/1.1 and HTTP/2, others are dropped. \`100 Continue\` is sent by us, when the
  body is wanted. **Trailers** are read, checked and dropped. **Chunk extensions** likewise.
* **Hop-by-hop fields**, and those that Connection names, end here in both directions; a client cannot have \`Host\`, \`Cookie\`,
  \`Authorization\` or \`X-Forwarded-*\` removed that way.
* **HTTP/2** is spoken to clients over TLS (ALPN), by node's nghttp2, and mapped to the same exchange. To origins HTTP/1.1 is spoken.
  gRPC is not passed through: it needs HTTP/2 and trailers to the end, on both sides.
* **WebSockets** are passed through where the route allows it; nothing that a client sends reaches the origin before the origin said 101.
* **The PROXY protocol**, versions 1 and 2, is spoken at listeners that name their balancers, and required there.
* A field section that is, byte by byte, the one before it on its connection is not read again: most clients say the same of themselves each time.
  What is remembered, 2 KiB at most, is let go of while the connection is idle; a property test shows that it makes no difference but in cost.
* A client that closes its sending side still gets its answer if it comes within \`halfCloseMs\`; a client that is gone stops the work for it.`

const RULES_INTRODUCTION = `## What is refused

The status is for requests; an answer of an origin that breaks a rule is a 502 \`UPSTREAM_INVALID\` whatever the rule.
Node's own parser (llhttp, strict) takes some of these; the property tests compare the two on every run and name each difference.`

const BOUNDS_INTRODUCTION = `## Bounds and deadlines

What is beyond a bound is refused, never cut in silence. Deadlines are looked at four times a second. The columns for nginx 1.22 and Envoy are
their defaults; for Envoy what its guide for edges recommends, where it does.`

const FIXED = `Fixed: a chunk-size line with its extensions has at most ${MAX_CHUNK_LINE_BYTES} bytes, all extensions of a body ${MAX_EXTENSION_BYTES / 1024} KiB, a trailer section
${MAX_TRAILER_BYTES / 1024} KiB. A client that was answered for the last time may go on sending into the void, so that it reads its answer (RFC 9112
§9.6): until it is silent for a second, for ten seconds and 64 MiB at most.

A body is passed on as it comes, but once half of a peer's connections are busy an upload gets one only when 16 KiB of it are here, or all: who sends a
byte now and then must not hold what others wait for.`

/** The text of docs/wire.md. */
export function wirePage(): string {
  const sections = [
    INTRODUCTION,
    RULES_INTRODUCTION,
    table(['rule', 'status', 'written in', 'what and why'], Object.values(RULES).map(ruleRow)),
    '### PROXY headers',
    'Nobody is answered; the connection ends and is counted in `weir_connections_refused_total{reason}`.',
    table(
      ['reason', 'written in', 'what and why'],
      Object.values(PROXY_RULES).map((fault: WireFault) => [code(fault.rule), fault.section, fault.why]),
    ),
    BOUNDS_INTRODUCTION,
    table(['setting', 'default', 'nginx', 'Envoy'], WIRE_BOUNDS.map(boundRow)),
    FIXED,
  ]
  return `${GENERATED}\n${sections.join('\n\n')}\n`
}

function ruleRow(fault: WireFault): string[] {
  return [code(fault.rule), String(ERRORS[fault.code].status), fault.section, fault.why]
}

function boundRow({ setting, nginx, envoy }: WireBound): string[] {
  const schema = EdgeBootstrapSchema.properties[setting] as { default?: number; 'x-unit'?: string }
  const unit = schema['x-unit'] === undefined ? '' : ` ${schema['x-unit']}`
  return [`${code(setting)}`, `${String(schema.default)}${unit}`, nginx, envoy]
}
