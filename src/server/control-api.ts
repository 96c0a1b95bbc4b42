/** The control API on Fastify, behind the gateway's own table of routes. Loaded when it is first called, to keep the start short. */

import Fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { JsonFault, survey } from '../base/survey.ts'
import { Failure, toFailure, type Reason } from '../canonical/failure.ts'
import { StorageError } from '../storage/errors.ts'
import { Auditor } from '../control/audit.ts'
import type { Control } from '../control/control.ts'
import type { ControlRoute, Viewer } from '../control/route.ts'
import { controlRoutes } from '../control/routes.ts'
import type { AddressOf } from './addresses.ts'
import { plainHeaders, refuseSide } from './http.ts'

const bodyLimit = 1024 * 1024
/** Nobody says anything here that is nested so deep. */
const deepest = 64

/** Of a request that the table let in: who sent it, and from where. */
export interface Senders {
  readonly viewerOf: (request: IncomingMessage) => Viewer
  readonly addressOf: AddressOf
}

export async function buildApi(control: Control, senders: Senders): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit,
    logger: false,
    exposeHeadRoutes: false,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    // Of paths that it cannot read it has an answer of its own, in no envelope and with the path in it.
    frameworkErrors: (error, request, reply) => refuseSide(request.raw, reply.hijack().raw, explain(error), control),
  })
  // A text is no JSON.
  app.removeContentTypeParser('text/plain')
  readOnce(app)
  app.setErrorHandler((error: FastifyError, request, reply) => refuseSide(request.raw, reply.hijack().raw, explain(error), control))
  app.setNotFoundHandler((request, reply) => refuseSide(request.raw, reply.hijack().raw, new Failure('not_found', 'Nothing is served on this path.'), control))
  const auditor = new Auditor(control)
  app.addHook('onClose', () => auditor.close())
  for (const route of controlRoutes) add(app, route, auditor, senders)
  await app.ready()
  return app
}

/** Of a key that stands twice parsers take one or the other: nobody is asked which was meant. Empty bodies are told of by Fastify's own reader. */
function readOnce(app: FastifyInstance): void {
  const read = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    try {
      if (text !== '') survey(Buffer.from(text), { depth: deepest, keys: Infinity })
    } catch (cause) {
      const reason = cause instanceof JsonFault ? cause.kind : 'invalid_json'
      return done(new Failure(reason, reason === 'duplicate_key' ? 'A key stands twice in one object of the body.' : 'The body is not JSON.', { cause }))
    }
    return read(request, text as string, done)
  })
}

function add(app: FastifyInstance, route: ControlRoute, auditor: Auditor, { viewerOf, addressOf }: Senders): void {
  const allowed = new Set(route.query)
  app.route({
    method: route.method,
    url: route.path,
    schema: route.body === undefined ? {} : { body: route.body },
    bodyLimit: route.bodyLimit ?? bodyLimit,
    handler: async (request, reply) => {
      const query = request.query as Record<string, string | undefined>
      const stray = Object.keys(query).find((name) => !allowed.has(name))
      if (stray !== undefined)
        throw new Failure(
          'unsupported_parameter',
          `There is no such query parameter here; there ${allowed.size === 0 ? 'are none' : `is ${[...allowed].join(', ')}`}.`,
        )
      const {
        status = 200,
        body,
        stream,
      } = await auditor.run(route, {
        viewer: viewerOf(request.raw),
        params: request.params as Record<string, string>,
        query,
        body: request.body,
        address: addressOf(request.raw),
        ifMatch: request.headers['if-match'],
      })
      reply.code(status).headers(plainHeaders)
      if (stream !== undefined) return reply.type(stream.type).send(Readable.from(stream.pieces, { objectMode: false }))
      return reply.type('application/json; charset=utf-8').send(typeof body === 'string' ? body : JSON.stringify(body))
    },
  })
}

function explain(error: FastifyError): Failure {
  if (error instanceof Failure) return error
  if (error instanceof StorageError && error.reason === 'conflict') return new Failure('conflict', 'It was changed meanwhile: read it again.', { cause: error })
  if (error instanceof StorageError) return new Failure('internal_error', 'The database did not take the change.', { cause: error })
  if (error.validation !== undefined)
    return new Failure(
      'invalid_value',
      `The body is not what this call takes: ${error.validation[0]?.instancePath ?? ''} ${error.validation[0]?.message ?? ''}.`,
    )
  const known = byCode[error.code]
  return known ? new Failure(...known) : toFailure(error)
}

/** Fastify's own refusals. https://fastify.dev/docs/latest/Reference/Errors/ */
const byCode: Readonly<Record<string, readonly [Reason, string]>> = {
  FST_ERR_BAD_URL: ['bad_request', 'The path is not encoded as a URL is.'],
  FST_ERR_MAX_PARAM_LENGTH: ['not_found', 'There is nothing of so long a name.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['request_too_large', 'The body is larger than this call takes.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'The body must be sent as `content-type: application/json`.'],
  FST_ERR_CTP_EMPTY_TYPE: ['unsupported_media_type', 'The body must be sent as `content-type: application/json`.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['invalid_json', 'The body is not JSON.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalid_json', 'The body is empty.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['bad_request', 'The body has another length than was announced.'],
}
