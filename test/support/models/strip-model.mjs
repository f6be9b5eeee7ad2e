// Makes the models of this directory from botocore's (Apache-2.0), without their documentation.
//   node test/support/models/strip-model.mjs MODEL >pca-connector-scep.json
// MODEL is <botocore>/data/pca-connector-scep/2018-05-10/service-2.json.
import { readFileSync } from 'node:fs';

const isProse = (key, value) => key === 'documentation' && typeof value === 'string';
const text = readFileSync(process.argv[2], 'utf8');
const model = JSON.parse(text, (key, value) => (isProse(key, value) ? undefined : value));
process.stdout.write(`${JSON.stringify(model, null, 1)}\n`);
