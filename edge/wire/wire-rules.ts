// Every rule that a message can break, once: its name, where it is written, which attack or confusion it stops, and what the
// sender is told. docs/wire.md is held against this table.

import type { ErrorCode } from '../contract/errors.ts'
import { WireFault } from './wire-fault.ts'

const row = (section: string, why: string, code: ErrorCode = 'BAD_MESSAGE') => ({ section, why, code })

const TABLE = {
  // Lines.
  'bare-lf': row('RFC 9112 §2.2', 'A line ended by LF alone: who takes it and who does not see two different messages.'),
  'bare-cr': row('RFC 9112 §2.2', 'A CR that no LF follows: a line end to some, a space or text to others.'),
  'empty-line': row('RFC 9112 §2.2', 'More than one empty line before a request: one is an old habit of clients, two are a probe.'),

  // The request line.
  method: row('RFC 9110 §9.1', 'A method that is not a token of at most 32 letters.'),
  'method-reserved': row('RFC 9113 §11.6', 'The method PRI with HTTP/1: who knows it waits for the rest of the preface of HTTP/2.'),
  'request-line': row('RFC 9112 §3', 'Not method, one space, target, one space, version, CRLF: where the target ends would be a guess.'),
  'target-octet': row(
    'RFC 9112 §3.2',
    'A tab, a control or an octet outside of ASCII in the target, repaired by each peer in its own way.',
  ),
  'target-too-long': row('RFC 9112 §3', 'A target beyond its limit.', 'TARGET_TOO_LONG'),
  'no-version': row('RFC 9112 §3', 'A request line without a version: HTTP/0.9 cannot tell where anything ends.'),
  'version-syntax': row('RFC 9112 §2.3', 'A version that is not `HTTP/` in capitals, a digit, a dot and a digit.'),
  'version-unsupported': row('RFC 9112 §2.3', 'A version other than 1.0 and 1.1, the preface of HTTP/2 among them.', 'VERSION_UNSUPPORTED'),

  // The status line.
  'status-line': row('RFC 9112 §4', 'Not version, one space, three digits and, behind a space, a reason.'),
  status: row(
    'RFC 9110 §15',
    'A status below 100. One above 599 is passed on: it is framed as any other (RFC 9112 §6.3), and what it means is for the client.',
  ),
  'reason-octet': row('RFC 9112 §4', 'A control in the reason, which could pass for the end of a line.'),

  // Field lines.
  'leading-space': row('RFC 9112 §2.2', 'Whitespace before the first field: peers skip that line, join it to the one before, or read it.'),
  'obs-fold': row('RFC 9112 §5.2', 'A field folded over two lines: who does not unfold it reads the second as a field of its own.'),
  'empty-name': row('RFC 9112 §5', 'A field without a name.'),
  'space-before-colon': row('RFC 9112 §5.1', 'Whitespace in or behind a name: who trims it sees a framing field where others see none.'),
  'name-octet': row('RFC 9112 §5.1', 'A name that is not a token.'),
  'no-colon': row('RFC 9112 §5', 'A field line without a colon.'),
  'value-octet': row('RFC 9110 §5.5', 'A NUL or another control in a value, which ends, splits or empties the field elsewhere.'),
  'field-too-large': row('RFC 9110 §5.4', 'A field line beyond its limit.', 'FIELDS_TOO_LARGE'),
  'too-many-fields': row('RFC 9110 §5.4', 'More field lines than the limit; none is left out in silence.', 'FIELDS_TOO_LARGE'),
  'head-too-large': row('RFC 9110 §5.4', 'A head beyond its limit.', 'FIELDS_TOO_LARGE'),

  // What the fields say of the body, the host and what is expected.
  length: row('RFC 9112 §6.3', 'A Content-Length that is not 1 to 15 digits: signs, lists and gaps are read in more than one way.'),
  'length-repeated': row('RFC 9112 §6.3', 'Content-Length twice, equal or not: peers differ on which one counts.'),
  'length-and-coding': row('RFC 9112 §6.3', 'Content-Length beside Transfer-Encoding: the classic way to smuggle a request.'),
  'framing-tab': row(
    'RFC 9112 §5.1',
    'A tab beside the value of Content-Length or Transfer-Encoding: allowed, but who does not trim it sees another body.',
  ),
  coding: row('RFC 9112 §6.3', 'A Transfer-Encoding that does not end in one plain `chunked`: where the body ends is anybody’s guess.'),
  'coding-repeated': row('RFC 9112 §6.1', 'Transfer-Encoding on several lines: peers read the first, the last or all.'),
  'coding-unknown': row('RFC 9112 §6.1', 'A coding before `chunked`, which would be passed on without its name.', 'CODING_UNSUPPORTED'),
  'coding-in-1.0': row('RFC 9112 §6.1', 'Transfer-Encoding in HTTP/1.0, where it may not be known at all.'),
  'coding-without-body': row('RFC 9112 §6.1', 'Transfer-Encoding on an answer that never has a body (1xx, 204).'),
  'length-without-body': row(
    'RFC 9110 §8.6',
    'A Content-Length above 0 on an interim answer: some read a body there, others the next answer.',
  ),
  'host-missing': row('RFC 9112 §3.2', 'HTTP/1.1 without Host: whose request it is would be a guess.', 'BAD_HOST'),
  'host-repeated': row('RFC 9112 §3.2', 'Host twice: routed by one, cached or answered by the other.', 'BAD_HOST'),
  expectation: row('RFC 9110 §10.1.1', 'An Expect that is not one `100-continue`: nothing else can be expected.'),

  // Chunks.
  'chunk-size': row(
    'RFC 9112 §7.1',
    'A chunk size that is not hexadecimal digits alone: signs, prefixes and blanks are read in more than one way.',
  ),
  'chunk-too-large': row(
    'RFC 9112 §7.1',
    'A chunk size of more than 15 digits, or more than can be counted exactly: it overflows counters.',
  ),
  'chunk-extension': row(
    'RFC 9112 §7.1.1',
    'A chunk extension other than `;name`, `;name=token` or `;name="text"`, without blanks: who skips it loosely ends its line elsewhere.',
  ),
  'chunk-line-too-long': row('RFC 9112 §7.1.1', 'A line before a chunk beyond its limit.'),
  'extensions-too-large': row(
    'RFC 9112 §7.1.1',
    'More bytes of extensions in one body than the limit: nobody needs them, all have to read them.',
  ),
  'chunk-end': row('RFC 9112 §7.1', 'A chunk without CRLF behind it: its size and its data disagree.'),
  'framing-in-trailers': row(
    'RFC 9110 §6.5.1',
    'Content-Length, Transfer-Encoding or Host behind a body: who reads trailers like a head sees another message.',
  ),
  'trailers-too-large': row('RFC 9112 §7.1.2', 'A trailer section beyond its limit.', 'FIELDS_TOO_LARGE'),
} as const

/** The name of a rule. */
export type RuleName = keyof typeof TABLE

/** All refusals by the name of their rule. */
export const RULES = Object.fromEntries(
  Object.entries(TABLE).map(([rule, { section, why, code }]) => [rule, new WireFault(rule, code, section, why)]),
) as Readonly<Record<RuleName, WireFault>>
