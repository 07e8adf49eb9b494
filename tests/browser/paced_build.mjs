// SPDX-License-Identifier: BSL-1.0
// A "build" that prints what its test tells it to, when its test tells it to.
// usage: node paced_build.mjs <port of the test's director>
import { connect } from 'node:net';

const director = connect(Number(process.argv[2]), '127.0.0.1');
director.pipe(process.stdout);
director.on('end', () => process.exit(0));
