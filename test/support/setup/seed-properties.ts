import fc from 'fast-check';

// CI judges a change, so it draws the same cases for each: what it refuses is the change's fault, and can be had again.
// Every other run draws new ones; a counterexample that it finds becomes an example of its property.
if (process.env['CI']) {
  fc.configureGlobal({ seed: 8894 });
}
