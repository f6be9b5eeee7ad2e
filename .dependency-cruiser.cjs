// The import order of docs/architecture.md as a failing build: each room names what it may import.
const rooms = {
  asn1: [],
  x509: ['asn1'],
  cms: ['asn1', 'x509'],
  scep: ['asn1', 'x509', 'cms'],
  store: [],
  'aws-wire': ['store'],
  issuer: ['asn1', 'x509', 'store', 'aws-wire', 'private-ca'],
  'private-ca': ['asn1', 'x509', 'cms', 'store', 'aws-wire'],
  connectors: ['asn1', 'x509', 'cms', 'scep', 'store', 'aws-wire', 'issuer'],
  enrolment: ['asn1', 'x509', 'cms', 'scep', 'store', 'issuer', 'connectors'],
  'connector-api': ['asn1', 'x509', 'store', 'issuer', 'connectors', 'aws-wire'],
  observability: [],
  config: ['aws-wire'],
  http: [
    'asn1',
    'scep',
    'store',
    'enrolment',
    'connectors',
    'issuer',
    'aws-wire',
    'connector-api',
    'private-ca',
    'observability',
  ],
  cli: ['asn1', 'x509', 'cms', 'scep', 'aws-wire', 'config', 'observability'],
};

// The one room or adapter that may know a library.
const homes = {
  express: 'http',
  ioredis: 'store/redis',
  '@aws-sdk/client-acm-pca': 'issuer/acm-pca',
  '@aws-sdk/client-s3': 'private-ca/s3',
};

const onlyRooms = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room}-imports`,
  comment: `src/${room} may import only itself${allowed.length > 0 ? `, ${allowed.join(', ')}` : ''}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
}));

const pureRooms = '^src/(asn1|x509|cms|scep)/';
const pureModules = '^(node:)?(crypto|buffer)$';

module.exports = {
  forbidden: [
    ...onlyRooms,
    {
      name: 'server-knows-no-command',
      comment: 'src/server runs; what is done beside it, on its store, is in src/administration',
      severity: 'error',
      from: { path: '^src/server/' },
      to: { path: '^src/(main\\.ts|administration/)' },
    },
    {
      name: 'pure-rooms-touch-no-world',
      comment:
        'asn1, x509, cms and scep take bytes and give values: no fs, network, environment or clock',
      severity: 'error',
      from: { path: pureRooms },
      to: { dependencyTypes: ['core'], pathNot: pureModules },
    },
    {
      name: 'pure-rooms-use-asn1-libraries-only',
      severity: 'error',
      from: { path: pureRooms },
      to: { dependencyTypes: ['npm'], pathNot: 'node_modules/(pkijs|asn1js)/' },
    },
    {
      name: 'pkijs-stays-in-x509-and-cms',
      comment:
        'pkijs is the second opinion on what we build, never a reader of outside bytes (adr/0001)',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(x509|cms)/' },
      to: { path: 'node_modules/(pkijs|asn1js)/' },
    },
    ...Object.entries(homes).map(([client, home]) => ({
      name: `${client}-stays-in-${home}`,
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/${home}/` },
      to: { path: `node_modules/(@types/)?${client}/` },
    })),
    {
      name: 'adapters-are-imported-by-wire-alone',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot:
          '^src/(wire\\.ts|(store|issuer)/(embedded|redis|acm-pca)/|private-ca/(pkcs11|s3)/)',
      },
      to: { path: '^src/((store|issuer)/(embedded|redis|acm-pca)|private-ca/(pkcs11|s3))/' },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '^src/main\\.ts$' },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { conditionNames: ['import', 'types'], exportsFields: ['exports'] },
  },
};
