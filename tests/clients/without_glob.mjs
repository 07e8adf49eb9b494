// SPDX-License-Identifier: BSL-1.0
// Lets @modelcontextprotocol/conformance run on node 20: another of its commands imports fs.globSync, which came with node 22.
import { register } from 'node:module';

const fs = 'data:text/javascript,' + encodeURIComponent('export * from "node:fs"; export const globSync = undefined;');
const hook = `export function resolve(specifier, context, next) {
  const isOurs = specifier === 'fs' && context.parentURL?.includes('/conformance/');
  return isOurs ? { url: ${JSON.stringify(fs)}, shortCircuit: true } : next(specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
