import fc from 'fast-check';

// CI draws the same cases for every change, so that a failure is due to the change and can be
// repeated. Other runs draw new cases; a counterexample that they find becomes an example of its
// property.
if (process.env['CI']) {
  fc.configureGlobal({ seed: 8894 });
}
