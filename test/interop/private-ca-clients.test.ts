import { describe } from 'vitest';
import { PRIVATE_CA_CLIENTS } from '../support/clients/private-ca-clients.ts';
import { requireClient } from '../support/clients/require-client.ts';
import { walkPrivateCa } from '../support/clients/walk-private-ca.ts';

const INSTALLER = 'test/install-aws-clients.sh';

for (const { name, programs, open } of PRIVATE_CA_CLIENTS) {
  describe.runIf(requireClient(name, programs, INSTALLER))(name, () => walkPrivateCa(open));
}
