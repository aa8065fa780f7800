"use strict";

// What the tests read on standard output: a line with the port, then a line for every delivery.

function report(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function listen(app) {
  const server = app.listen(0, "127.0.0.1", () => report({ port: server.address().port }));
}

// A delivery that is not taken: it is not whose it says, or has not what its documents promise.
function refuse(response, status, why) {
  report({ understood: false, status, why });
  response.status(status).json({ error: why });
}

// A field that the platform's documents promise.
function must(value, type, name) {
  if (typeof value !== type) {
    throw new TypeError(`${name} should be a ${type}, and is ${JSON.stringify(value)}`);
  }
  return value;
}

module.exports = { listen, must, refuse, report };
