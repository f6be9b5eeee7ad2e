// Makes the models of this directory from those of botocore (Apache-2.0): everything but the documentation.
//   node test/support/models/strip-model.mjs <botocore>/data/pca-connector-scep/2018-05-10/service-2.json >pca-connector-scep.json
import { readFileSync } from 'node:fs';

const isProse = (key, value) => key === 'documentation' && typeof value === 'string';
const text = readFileSync(process.argv[2], 'utf8');
const model = JSON.parse(text, (key, value) => (isProse(key, value) ? undefined : value));
process.stdout.write(`${JSON.stringify(model, null, 1)}\n`);
